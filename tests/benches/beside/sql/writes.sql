-- Tables of the shape of those of the graph, with their indexes and foreign keys and without their triggers.

create table beside.edge (like public.edge including all);
create table beside.edge_condition (like public.edge_condition including all);
create table beside.evidence (like public.evidence including all);

alter table beside.edge
    add foreign key (subject_id, subject_kind) references public.entity (id, kind),
    add foreign key (object_id, object_kind) references public.entity (id, kind),
    add foreign key (kind, subject_kind, object_kind) references public.edge_triple (kind, subject_kind, object_kind);
alter table beside.edge_condition
    add foreign key (edge_id) references beside.edge (id),
    add foreign key (condition_id, condition_kind) references public.entity (id, kind);
alter table beside.evidence
    add foreign key (edge_id) references beside.edge (id),
    add foreign key (source_id, source_kind) references public.entity (id, kind);

create table beside.single (id bigserial primary key, content text);

-- Writes one commitment with two conditions and a piece of evidence.
create function beside.write(pledger text, beneficiary text, one text, other text, source text) returns uuid
language plpgsql as $$
declare
    written uuid := gen_random_uuid();
    subject public.entity;
    object public.entity;
begin
    select * into strict subject from public.entity where kind = split_part(pledger, ':', 1)
        and slug = split_part(pledger, ':', 2);
    select * into strict object from public.entity where kind = split_part(beneficiary, ':', 1)
        and slug = split_part(beneficiary, ':', 2);
    insert into beside.edge (id, kind, subject_id, subject_kind, object_id, object_kind, polarity, modality, rank, said_at,
        capability, mission, specificity, stance, stage, conditionality, relation, hash, created_seq, version, recorded_at)
    values (written, 'commitment', subject.id, subject.kind, object.id, object.kind, 'asserted', 'reported_by_others',
        'normal', '{"edtf": "2025-07", "earliest": "2025-07-01", "latest": "2025-07-31", "precision": "month"}',
        'military.demining', 'unspecified', 'specified', 'willing', 'none', 'conditional', 'necessary', 0, 1, 1, now());
    insert into beside.edge_condition (edge_id, node, parent, op, condition_id, explicitness)
    select written, 0, null::smallint, 'all_of', null::uuid, null
    union all
    select written, c.node, 0, 'condition', e.id, 'explicit'
    from (values (1, one), (2, other)) c (node, ref)
    join public.entity e on e.kind = 'condition' and e.slug = split_part(c.ref, ':', 2);
    insert into beside.evidence (edge_id, ordinal, source_id, line, quotation, quotation_lang, explicitness, attribution)
    select written, 0, e.id, 3, 'once the guns are silent', 'en', 'explicit',
           jsonb_build_array(jsonb_build_object('agent', subject.id, 'role', 'speaker', 'mode', 'direct_quote'))
    from public.entity e where e.kind = 'source' and e.slug = split_part(source, ':', 2);
    return written;
end $$;
