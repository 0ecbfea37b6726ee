//! Numbers that are told are of the whole, however long a list is.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};
use pledgegraph_bundle::{COUNTRIES, DataFile};
use pledgegraph_graph::Graph;
use pledgegraph_questions::Questions;

use crate::truth::told;
use crate::{LATER, graph_of};

/// What stands on record of so many countries.
#[derive(Debug, Clone, Copy)]
enum Crowd {
    /// They are members of a league; so many of them by two sources.
    Members(usize, usize),
    /// They pledge forces; so many of them twice.
    Pledge(usize, usize),
    /// They attended a meeting.
    Attend(usize),
    /// They refuse forces, which one more offers.
    Refuse(usize),
    /// One of them pledges forces so many times.
    Again(usize),
    /// They are ready to send forces after a truce.
    OnCondition(usize),
}

const HEAD: &str = r#"
[chains]
post = [{ agent = "organization:river-post", role = "outlet", mode = "report" }]
[[entity]]
kind = "organization"
slug = "river-post"
class = "media"
names = { en = "River Post", ar = "بريد النهر" }
[[entity]]
kind = "coalition"
slug = "river-league"
names = { en = "River League", ar = "رابطة النهر" }
[[entity]]
kind = "meeting"
slug = "delta-talks"
names = { en = "Delta talks", ar = "محادثات الدلتا" }
[[entity]]
kind = "condition"
slug = "truce"
condition_kind = "ceasefire"
names = { en = "Chari truce", ar = "هدنة شاري" }
[[entity]]
kind = "source"
slug = "report"
publisher = "organization:river-post"
language = "en"
names = { en = "River Post", ar = "بريد النهر" }
"#;

/// The identifiers of countries, but for the one that something is given to.
fn countries() -> Result<Vec<String>> {
    let bundle = pledgegraph_bundle::parse(&[COUNTRIES])?;
    let slugs = bundle.entities.iter().map(|entity| entity.slug.to_string());
    Ok(slugs.filter(|slug| slug != "TD").collect())
}

const PLEDGE: &str = "kind = \"commitment\"\nobject = \"country:TD\"\ncapability = \"military.forces\"";

/// What each of a crowd says.
fn says(crowd: Crowd) -> String {
    match crowd {
        Crowd::Members(..) => {
            "kind = \"membership\"\nobject = \"coalition:river-league\"\nrole = \"member\"".to_owned()
        }
        Crowd::Pledge(..) | Crowd::Again(_) => format!("{PLEDGE}\nstance = \"pledged\""),
        Crowd::Attend(_) => {
            "kind = \"attendance\"\nobject = \"meeting:delta-talks\"\nrole = \"participant\"".to_owned()
        }
        Crowd::Refuse(_) => format!("{PLEDGE}\nstance = \"refused\""),
        Crowd::OnCondition(_) => format!(
            "{PLEDGE}\nstance = \"willing\"\nconditionality = \"conditional\"\n\
             conditions = {{ root = {{ op = \"condition\", condition = \"condition:truce\", explicitness = \"explicit\" }} }}"
        ),
    }
}

fn graph(crowd: Crowd) -> Result<Graph> {
    let countries = countries()?;
    let (n, twice) = match crowd {
        Crowd::Members(n, twice) | Crowd::Pledge(n, twice) => (n, twice),
        Crowd::Again(_) => (1, 0),
        Crowd::Attend(n) | Crowd::Refuse(n) | Crowd::OnCondition(n) => (n, 0),
    };
    let says = says(crowd);
    let mut text = HEAD.to_owned();
    let mut edge = |key: String, slug: &str, says: &str| -> Result<()> {
        writeln!(text, "[[edge]]\nkey = \"{key}\"\nsubject = \"country:{slug}\"\n{says}")?;
        writeln!(
            text,
            "evidence = [{{ source = \"source:report\", explicitness = \"explicit\", attribution = \"post\" }}]"
        )?;
        Ok(())
    };
    for (at, slug) in countries.iter().take(n).enumerate() {
        edge(format!("once-{at}"), slug, &says)?;
        if at < twice {
            // The same said again is another statement.
            edge(format!("again-{at}"), slug, &format!("{says}\nsaid_at = {{ edtf = \"2026-01-02\" }}"))?;
        }
    }
    if let Crowd::Again(n) = crowd {
        for at in 1..n {
            edge(format!("again-{at}"), &countries[0], &format!("{says}\nsaid_at = {{ edtf = \"{}\" }}", 1000 + at))?;
        }
    }
    if let Crowd::Refuse(_) = crowd {
        let last = countries.last().context("a country")?;
        edge("offer".to_owned(), last, &format!("{PLEDGE}\nstance = \"offered\""))?;
    }
    Ok(graph_of(pledgegraph_bundle::parse(&[COUNTRIES, DataFile { name: "crowd.toml", text: &text }])?))
}

#[test]
fn numbers_are_of_the_whole() -> Result<()> {
    let members = ("How many countries are members of the River League?", "كم عدد الدول الأعضاء في رابطة النهر؟");
    let who_belongs = ("Who are the members of the River League?", "من هم أعضاء رابطة النهر؟");
    let how_many_pledge = ("How many countries have pledged troops?", "كم دولة تعهدت بإرسال قوات؟");
    let how_many_pledges = ("How many pledges are there?", "كم عدد التعهدات؟");
    let who_pledges = ("Who has pledged troops?", "من تعهد بإرسال قوات؟");
    let who_attended = ("Who attended the Delta talks?", "من حضر محادثات الدلتا؟");
    let how_many_attended = ("How many countries attended the Delta talks?", "كم دولة حضرت محادثات الدلتا؟");
    let who_offers = ("Who offers troops?", "من يعرض إرسال قوات؟");
    let without = ("Who is willing to send troops without the Chari truce?", "من مستعد لإرسال قوات دون هدنة شاري؟");
    let conditions = ("What are the conditions for troops?", "ما شروط إرسال القوات؟");
    #[rustfmt::skip]
    let table = [
        (Crowd::Members(21, 0), members, ["21: ", "9 more"], ["21: ", "9 غيرها"]),
        (Crowd::Members(197, 0), members, ["197: ", "185 more"], ["197: ", "185 غيرها"]),
        (Crowd::Members(21, 4), members, ["21 (statements: 25)", ""], ["21 (عدد الأقوال: 25)", ""]),
        (Crowd::Members(12, 0), who_belongs, [" and ", ""], [" و", ""]),
        (Crowd::Members(130, 0), who_belongs, ["118 more", ""], ["118 غيرها", ""]),
        (Crowd::Pledge(30, 0), how_many_pledge, ["30: ", "18 more"], ["30: ", "18 غيرها"]),
        (Crowd::Pledge(30, 5), how_many_pledge, ["30 (statements: 35)", "18 more"], ["30 (عدد الأقوال: 35)", "18 غيرها"]),
        (Crowd::Pledge(30, 5), how_many_pledges, ["35 (distinct actors: 30)", "23 more"], ["35 (عدد الأطراف المختلفة: 30)", "23 غيرها"]),
        (Crowd::Pledge(150, 0), who_pledges, ["138 more", ""], ["138 غيرها", ""]),
        (Crowd::Again(24), who_pledges, ["(statements: 24)", ""], ["(عدد الأقوال: 24)", ""]),
        (Crowd::Again(1010), who_pledges, ["(statements: at least 1000)", ""], ["(عدد الأقوال: 1000 على الأقل)", ""]),
        (Crowd::Attend(120), who_attended, ["108 more", ""], ["108 غيرها", ""]),
        (Crowd::Attend(21), how_many_attended, ["21", "9 more"], ["21", "9 غيرها"]),
        (Crowd::Refuse(40), who_offers, ["Against it", "28 more"], ["في المقابل", "28 غيرها"]),
        (Crowd::OnCondition(150), without, ["not in force", "138 more"], ["غير ساري المفعول", "138 غيرها"]),
        (Crowd::OnCondition(150), conditions, ["Chari truce: ", "138 more"], ["هدنة شاري: ", "138 غيرها"]),
    ];
    let questions = Questions::new()?;
    let mut faults = Vec::new();
    for (crowd, (en, ar), tells_en, tells_ar) in table {
        let graph = graph(crowd)?;
        for (question, tells) in [(en, tells_en), (ar, tells_ar)] {
            let said = told(&graph, &questions, question, LATER)?;
            let lacking = tells.iter().find(|part| !said.contains(*part));
            faults.extend(lacking.map(|part| format!("{crowd:?} {question}: lacks `{part}`\n    {said}")));
        }
    }
    println!("{}", faults.join("\n"));
    ensure!(faults.is_empty(), "{} faults", faults.len());
    Ok(())
}
