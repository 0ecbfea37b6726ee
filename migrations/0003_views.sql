-- Read-only views for tools that read PostgreSQL. Their columns are stable; the tables under them are not.
--
-- References are `kind:slug`. `said_from` and `said_to` are the first and last day that the source's date may mean,
-- null where it is open or unknown. A write through a simple view meets the triggers of the table under it.

create view entities as
select id,
       kind,
       kind || ':' || slug as ref,
       names ->> 'en' as name_en,
       names ->> 'ar' as name_ar,
       names,
       aliases,
       detail,
       version,
       recorded_at
from entity;

-- What every statement has; not API, the views below are.
create view statement as
select e.id,
       e.kind,
       s.kind || ':' || s.slug as subject_ref,
       s.names ->> 'en' as subject_en,
       s.names ->> 'ar' as subject_ar,
       o.kind || ':' || o.slug as object_ref,
       o.names ->> 'en' as object_en,
       o.names ->> 'ar' as object_ar,
       e.polarity,
       e.modality,
       e.rank,
       (e.said_at ->> 'earliest')::date as said_from,
       (e.said_at ->> 'latest')::date as said_to,
       coalesce(e.said_at ->> 'precision', 'unknown') as said_precision,
       e.said_at ->> 'verbatim' as said_text,
       (e.valid_from ->> 'earliest')::date as valid_from,
       (e.valid_until ->> 'latest')::date as valid_until,
       array(select d.kind || ':' || d.slug from evidence v join entity d on d.id = v.source_id
             where v.edge_id = e.id order by v.ordinal) as source_refs,
       array(select v.line from evidence v where v.edge_id = e.id order by v.ordinal) as source_lines,
       e.version,
       e.recorded_at,
       e.capability, e.mission, e.specificity, e.stance, e.stage, e.conditionality, e.relation,
       e.coalition_id, e.meeting_id, e.place_id, e.acting_through_id,
       coalesce(e.detail, '{}') as detail
from edge e
join entity s on s.id = e.subject_id
join entity o on o.id = e.object_id;

create view commitments as
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
       t.valid_from, t.valid_until, t.source_refs, t.source_lines, t.version, t.recorded_at
from statement t where t.kind = 'commitment';

create view memberships as
select t.id,
       t.subject_ref as member_ref, t.subject_en as member_en, t.subject_ar as member_ar,
       t.object_ref as body_ref, t.object_en as body_en, t.object_ar as body_ar,
       t.detail ->> 'role' as role,
       t.detail -> 'count' ->> 'op' as count_op,
       (t.detail -> 'count' ->> 'value')::bigint as count_value,
       t.polarity, t.modality, t.rank, t.said_from, t.said_to, t.said_precision, t.said_text,
       t.valid_from, t.valid_until, t.source_refs, t.source_lines, t.version, t.recorded_at
from statement t where t.kind = 'membership';

create view offices as
select t.id,
       t.subject_ref as person_ref, t.subject_en as person_en, t.subject_ar as person_ar,
       t.object_ref as body_ref, t.object_en as body_en, t.object_ar as body_ar,
       t.detail -> 'title' ->> 'en' as title_en,
       t.detail -> 'title' ->> 'ar' as title_ar,
       t.polarity, t.modality, t.rank, t.said_from, t.said_to, t.said_precision, t.said_text,
       t.valid_from, t.valid_until, t.source_refs, t.source_lines, t.version, t.recorded_at
from statement t where t.kind = 'office';

create view attendances as
select t.id,
       t.subject_ref as attendee_ref, t.subject_en as attendee_en, t.subject_ar as attendee_ar,
       t.object_ref as meeting_ref, t.object_en as meeting_en, t.object_ar as meeting_ar,
       t.detail ->> 'role' as role,
       t.detail ->> 'mode' as mode,
       (select kind || ':' || slug from entity where entity.id = t.place_id) as place_ref,
       t.detail -> 'count' ->> 'op' as count_op,
       (t.detail -> 'count' ->> 'value')::bigint as count_value,
       t.polarity, t.modality, t.rank, t.said_from, t.said_to, t.said_precision, t.said_text,
       t.valid_from, t.valid_until, t.source_refs, t.source_lines, t.version, t.recorded_at
from statement t where t.kind = 'attendance';

create view convenings as
select t.id,
       t.subject_ref as convener_ref, t.subject_en as convener_en, t.subject_ar as convener_ar,
       t.object_ref as meeting_ref, t.object_en as meeting_en, t.object_ar as meeting_ar,
       (t.detail -> 'date' ->> 'earliest')::date as date_from,
       (t.detail -> 'date' ->> 'latest')::date as date_to,
       t.detail -> 'date' ->> 'verbatim' as date_text,
       t.detail ->> 'format' as format,
       t.detail ->> 'status' as status,
       t.detail -> 'agenda' as agenda,
       (t.detail ->> 'agenda_complete')::boolean as agenda_complete,
       t.detail ->> 'claim' as claim,
       t.polarity, t.modality, t.rank, t.said_from, t.said_to, t.said_precision, t.said_text,
       t.valid_from, t.valid_until, t.source_refs, t.source_lines, t.version, t.recorded_at
from statement t where t.kind = 'convening';

create view requests as
select t.id,
       t.subject_ref as requester_ref, t.subject_en as requester_en, t.subject_ar as requester_ar,
       t.object_ref as addressee_ref, t.object_en as addressee_en, t.object_ar as addressee_ar,
       t.capability,
       t.detail -> 'text' ->> 'en' as text_en,
       t.detail -> 'text' ->> 'ar' as text_ar,
       (select kind || ':' || slug from entity where entity.id = t.acting_through_id) as acting_through_ref,
       t.detail ->> 'outcome' as outcome,
       t.polarity, t.modality, t.rank, t.said_from, t.said_to, t.said_precision, t.said_text,
       t.valid_from, t.valid_until, t.source_refs, t.source_lines, t.version, t.recorded_at
from statement t where t.kind = 'request';

create view actions as
select t.id,
       t.subject_ref as actor_ref, t.subject_en as actor_en, t.subject_ar as actor_ar,
       t.object_ref as target_ref, t.object_en as target_en, t.object_ar as target_ar,
       t.detail ->> 'class' as class,
       t.detail -> 'text' ->> 'en' as text_en,
       t.detail -> 'text' ->> 'ar' as text_ar,
       t.polarity, t.modality, t.rank, t.said_from, t.said_to, t.said_precision, t.said_text,
       t.valid_from, t.valid_until, t.source_refs, t.source_lines, t.version, t.recorded_at
from statement t where t.kind = 'action';

create view outcomes as
select t.id,
       t.subject_ref as actor_ref, t.subject_en as actor_en, t.subject_ar as actor_ar,
       t.object_ref as condition_ref, t.object_en as condition_en, t.object_ar as condition_ar,
       t.detail ->> 'value' as value,
       (t.detail -> 'since' ->> 'earliest')::date as since_from,
       (t.detail -> 'since' ->> 'latest')::date as since_to,
       t.polarity, t.modality, t.rank, t.said_from, t.said_to, t.said_precision, t.said_text,
       t.valid_from, t.valid_until, t.source_refs, t.source_lines, t.version, t.recorded_at
from statement t where t.kind = 'outcome';

create view remarks as
select t.id,
       t.subject_ref as speaker_ref, t.subject_en as speaker_en, t.subject_ar as speaker_ar,
       t.object_ref, t.object_en, t.object_ar,
       t.detail ->> 'type' as type,
       t.detail -> 'text' ->> 'en' as text_en,
       t.detail -> 'text' ->> 'ar' as text_ar,
       array(select l.target_id from edge_link l
             where l.edge_id = t.id and l.link = 'about' order by l.ordinal) as about,
       t.polarity, t.modality, t.rank, t.said_from, t.said_to, t.said_precision, t.said_text,
       t.valid_from, t.valid_until, t.source_refs, t.source_lines, t.version, t.recorded_at
from statement t where t.kind = 'remark';

-- location, sidelines and part_of: statements that say where or within what something is.
create view relations as
select t.id,
       t.kind,
       t.subject_ref, t.subject_en, t.subject_ar,
       t.object_ref, t.object_en, t.object_ar,
       t.detail ->> 'listed' as listed,
       t.polarity, t.modality, t.rank, t.said_from, t.said_to, t.said_precision, t.said_text,
       t.valid_from, t.valid_until, t.source_refs, t.source_lines, t.version, t.recorded_at
from statement t where t.kind in ('location', 'sidelines', 'part_of');
