-- By when a commitment is to be done: the first and the last day that the source's date may mean, and its words.
create or replace view commitments as
select t.id,
       t.subject_ref as pledger_ref, t.subject_en as pledger_en, t.subject_ar as pledger_ar,
       t.object_ref as beneficiary_ref, t.object_en as beneficiary_en, t.object_ar as beneficiary_ar,
       (select kind || ':' || slug from entity where entity.id = t.coalition_id) as coalition_ref,
       t.capability, t.mission, t.specificity, t.stance, t.stage, t.conditionality, t.relation,
       array(select c.kind || ':' || c.slug from edge_condition n join entity c on c.id = n.condition_id
             where n.edge_id = t.id order by n.node) as condition_refs,
       array(select n.explicitness from edge_condition n
             where n.edge_id = t.id and n.condition_id is not null order by n.node) as condition_explicitness,
       (t.detail -> 'quantity' ->> 'value')::bigint as quantity,
       t.detail -> 'quantity' ->> 'unit' as unit,
       t.detail -> 'count' ->> 'op' as count_op,
       (t.detail -> 'count' ->> 'value')::bigint as count_value,
       (select kind || ':' || slug from entity where entity.id = t.place_id) as place_ref,
       t.detail ->> 'area' as area,
       (select kind || ':' || slug from entity where entity.id = t.meeting_id) as meeting_ref,
       (select kind || ':' || slug from entity where entity.id = t.acting_through_id) as acting_through_ref,
       t.detail -> 'rationale' ->> 'en' as rationale_en,
       t.detail -> 'rationale' ->> 'ar' as rationale_ar,
       t.polarity, t.modality, t.rank, t.said_from, t.said_to, t.said_precision, t.said_text,
       t.valid_from, t.valid_until, t.source_refs, t.source_lines, t.version, t.recorded_at,
       (t.detail -> 'due' ->> 'earliest')::date as due_from,
       (t.detail -> 'due' ->> 'latest')::date as due_to,
       t.detail -> 'due' ->> 'verbatim' as due_text
from statement t where t.kind = 'commitment';
