//! What is asked: of the product by its public API, of PostgreSQL by a function, with the same parameters.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::lines::{entities, histories, matrix_cells, page, path_lengths, plain_page, reached, record};

/// A question.
pub(crate) struct Question {
    pub(crate) name: &'static str,
    /// Whether it is also asked by many at once.
    pub(crate) crowded: bool,
    /// Parameters as the data has them, those that many statements have more often; a row an array of texts.
    pub(crate) popular: &'static str,
    /// Parameters of which each that exists is as likely.
    pub(crate) uniform: &'static str,
    /// What is asked of the product.
    pub(crate) path: fn(&[String]) -> String,
    /// What is asked of PostgreSQL.
    pub(crate) sql: Sql,
    /// What an answer of the product comes to, one line for each thing that is in it.
    pub(crate) lines: fn(&Value) -> Vec<String>,
}

/// How PostgreSQL is asked.
pub(crate) enum Sql {
    /// By a function; the second one reads its rows as JSON.
    Call(&'static str, fn(&Value) -> Vec<String>),
    /// By a `COPY` of a function of one parameter, whose rows are compared as text.
    Copy(&'static str),
    /// It has no answer to it.
    None,
    /// It has no answer to it, and the product answers with CSV.
    NoneOfCsv,
}

impl Sql {
    /// Whether the product answers with CSV, in place of JSON.
    pub(crate) fn is_csv(&self) -> bool {
        matches!(self, Self::Copy(_) | Self::NoneOfCsv)
    }
}

macro_rules! statements {
    ($columns:literal, $from:literal, $seed:literal) => {
        concat!(
            "select array[",
            $columns,
            "]::text[] from ",
            $from,
            " order by md5(t.id::text || '",
            $seed,
            "') limit 40"
        )
    };
}

macro_rules! distinct {
    ($columns:literal, $from:literal, $seed:literal) => {
        concat!(
            "select d.found from (select distinct array[",
            $columns,
            "]::text[] as found from ",
            $from,
            ") d order by md5(d.found::text || '",
            $seed,
            "') limit 40"
        )
    };
}

const PLEDGERS: &str =
    statements!("n.ref", "beside.statement t join beside.node n on n.n = t.s where t.kind = 'commitment'", "pledger");
const EACH_PLEDGER: &str =
    distinct!("n.ref", "beside.statement t join beside.node n on n.n = t.s where t.kind = 'commitment'", "pledger");
const BENEFICIARIES: &str =
    statements!("n.ref", "beside.statement t join beside.node n on n.n = t.o where t.kind = 'commitment'", "to");
const EACH_BENEFICIARY: &str =
    distinct!("n.ref", "beside.statement t join beside.node n on n.n = t.o where t.kind = 'commitment'", "to");

/// All questions, in the order of the table.
pub(crate) const QUESTIONS: &[Question] = &[
    Question {
        name: "record",
        crowded: true,
        popular: "select array[t.id]::text[] from beside.statement t where t.kind = 'commitment' and t.s = (
            select s from beside.statement where kind = 'commitment' group by s order by count(*) desc limit 1)
            order by md5(t.id::text || 'record') limit 40",
        uniform: statements!("t.id", "beside.statement t where t.kind = 'commitment'", "record"),
        path: |with| format!("/v1/commitments/{}", with[0]),
        sql: Sql::Call("select * from beside.record($1::uuid)", page),
        lines: record,
    },
    Question {
        name: "page",
        crowded: true,
        popular: PLEDGERS,
        uniform: EACH_PLEDGER,
        path: |with| format!("/v1/commitments?pledger={}", with[0]),
        sql: Sql::Call("select * from beside.page($1, true, true)", page),
        lines: page,
    },
    Question {
        name: "one of page",
        crowded: false,
        popular: PLEDGERS,
        uniform: EACH_PLEDGER,
        path: |with| format!("/v1/commitments?pledger={}&limit=1", with[0]),
        sql: Sql::None,
        lines: page,
    },
    Question {
        name: "in force",
        crowded: false,
        popular: PLEDGERS,
        uniform: EACH_PLEDGER,
        path: |with| format!("/v1/commitments?pledger={}&in_force=true", with[0]),
        sql: Sql::None,
        lines: page,
    },
    Question {
        name: "page fields=",
        crowded: false,
        popular: PLEDGERS,
        uniform: EACH_PLEDGER,
        path: |with| {
            let fields = "id,pledger,beneficiary,coalition,capability,mission,specificity,stance,stage,conditionality,\
                relation,conditions,polarity,modality,rank,said_at,valid_from,valid_until,evidence,links,version,recorded_at";
            format!("/v1/commitments?pledger={}&fields={fields}", with[0])
        },
        sql: Sql::Call("select * from beside.page($1, false, true)", plain_page),
        lines: plain_page,
    },
    Question {
        name: "page of edges",
        crowded: false,
        popular: PLEDGERS,
        uniform: EACH_PLEDGER,
        path: |with| format!("/v1/edges?kind=commitment&subject={}", with[0]),
        sql: Sql::Call("select * from beside.page($1, false, false)", plain_page),
        lines: plain_page,
    },
    Question {
        name: "filter",
        crowded: true,
        popular: statements!(
            "t.capability, n.ref",
            "beside.statement t join beside.leaf l using (slot) join beside.node n on n.n = l.condition",
            "filter"
        ),
        uniform: distinct!(
            "t.capability, n.ref",
            "beside.statement t join beside.leaf l using (slot) join beside.node n on n.n = l.condition",
            "filter"
        ),
        path: |with| format!("/v1/commitments?capability={}&conditional_on={}", with[0], with[1]),
        sql: Sql::Call("select * from beside.filter($1, $2)", page),
        lines: page,
    },
    Question {
        name: "card",
        crowded: false,
        popular: PLEDGERS,
        uniform: EACH_PLEDGER,
        path: |with| format!("/v1/actors/{}/positions", with[0]),
        sql: Sql::Call("select * from beside.card($1)", histories),
        lines: histories,
    },
    Question {
        name: "fall-out",
        crowded: false,
        popular: statements!("n.ref", "beside.node t join beside.node n on n.id = t.actor_id", "fall-out"),
        uniform: distinct!("t.ref", "beside.node t where t.kind = 'country'", "fall-out"),
        path: |with| format!("/v1/analyses/fall-out?actor={}&limit=1000", with[0]),
        sql: Sql::Call("select * from beside.fall_out($1)", reached),
        lines: reached,
    },
    Question {
        name: "path",
        crowded: false,
        popular: statements!(
            "n.ref, m.ref",
            "beside.statement t join beside.node n on n.n = t.s
             join beside.statement u on u.slot = (t.slot * 7919::bigint + 13) % (select count(*) from beside.statement)
             join beside.node m on m.n = u.o where n.ref <> m.ref",
            "path"
        ),
        uniform: "select array[n.ref, m.ref]::text[] from beside.node n join beside.node m
            on m.n = (n.n * 7919::bigint + 13) % (select count(*) from beside.node)
            where n.ref <> m.ref and n.kind <> 'source' and m.kind <> 'source' order by md5(n.id::text || 'path') limit 40",
        path: |with| format!("/v1/graph/paths?from={}&to={}&k=1", with[0], with[1]),
        sql: Sql::Call("select * from beside.path($1, $2)", path_lengths),
        lines: path_lengths,
    },
    Question {
        name: "two hops",
        crowded: false,
        popular: statements!("n.ref", "beside.statement t join beside.node n on n.n = t.s", "hops"),
        uniform: distinct!("t.ref", "beside.node t where t.kind <> 'source'", "hops"),
        path: |with| format!("/v1/graph/subgraph?roots={}&depth=2", with[0]),
        sql: Sql::Call("select * from beside.two_hops($1)", entities),
        lines: entities,
    },
    Question {
        name: "matrix",
        crowded: false,
        popular: BENEFICIARIES,
        uniform: EACH_BENEFICIARY,
        path: |with| format!("/v1/matrix?beneficiary={}", with[0]),
        sql: Sql::Call("select * from beside.matrix($1)", matrix_cells),
        lines: matrix_cells,
    },
    Question {
        name: "CSV",
        crowded: false,
        popular: "select array[n.ref]::text[] from beside.statement t join beside.node n on n.n = t.o
            where t.kind = 'commitment' group by n.ref order by count(*) desc limit 1",
        uniform: EACH_BENEFICIARY,
        path: |with| {
            let fields = "id,capability,mission,stance,stage,specificity,stance_rank,modality,conditionality,pledger_ref,\
                pledger_en,beneficiary_ref,coalition_ref,condition_refs,said_from,said_to,source_refs,version";
            format!("/v1/commitments.csv?beneficiary={}&fields={fields}", with[0])
        },
        sql: Sql::Copy("beside.csv"),
        lines: |_| Vec::new(),
    },
    Question {
        name: "commitments.csv",
        crowded: false,
        popular: "select array['']",
        uniform: "select array['']",
        path: |_| "/v1/commitments.csv".to_owned(),
        sql: Sql::NoneOfCsv,
        lines: |_| Vec::new(),
    },
    Question {
        name: "attendances.csv",
        crowded: false,
        popular: "select array['']",
        uniform: "select array['']",
        path: |_| "/v1/attendances.csv".to_owned(),
        sql: Sql::NoneOfCsv,
        lines: |_| Vec::new(),
    },
    Question {
        name: "question",
        crowded: false,
        popular: statements!("n.label", "beside.statement t join beside.node n on n.n = t.o where t.kind = 'commitment'", "q"),
        uniform: distinct!("n.label", "beside.statement t join beside.node n on n.n = t.o where t.kind = 'commitment'", "q"),
        path: |with| {
            let words = format!("Who pledged ground forces to {}?", with[0]);
            format!("/v1/questions?q={}", utf8_percent_encode(&words, NON_ALPHANUMERIC))
        },
        sql: Sql::None,
        lines: |answer| answer["answers"].as_array().into_iter().flatten().map(|answer| answer["text"].to_string()).collect(),
    },
];
