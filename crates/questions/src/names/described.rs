//! Entities that a question describes: by a noun for their kind, an office, or what a condition is about.

use std::collections::HashSet;

use pledgegraph_graph::{Counted, EdgeQuery, EntityQuery, EntityView, Page};
use pledgegraph_model::{
    Capability, Code, EdgeDetail, EdgeKind, EntityDetail, EntityId, EntityKind, Where, search_key,
};

use super::{Candidate, LONGEST, MOST_GENERIC, Named, Names, spellings};
use crate::expr::Spelling;
use crate::words::{bare, key_words};

/// How many entities of a kind are looked at for a description.
const MOST_CANDIDATES: usize = 200;

/// Stands before a word for when or where a meeting is, among the words of its names.
const WHEN: &str = "\u{1f}";

impl<'a> Names<'a> {
    /// The entities of a kind, where a noun for the kind stands instead of a name: alone, or among words of the name.
    pub(super) fn generic(&self, node: usize) -> Vec<Named> {
        let mut found: Vec<Named> = Vec::new();
        for edge in self.lattice.edges[node].iter().filter(|edge| edge.to <= self.lattice.end()) {
            for (kind, nouns) in &self.grammar.generic {
                let is_noun = |word: &str| nouns.iter().any(|noun| bare(noun) == bare(word));
                let rest = self.lattice.tokens.get(edge.token + 1..).unwrap_or_default();
                let first = edge.token;
                let line: Vec<&str> =
                    std::iter::once(&*edge.word).chain(rest.iter().take(LONGEST).map(|token| &*token.key)).collect();
                if !line.iter().any(|word| is_noun(word)) || self.grammar.is_linking(line[0]) {
                    continue;
                }
                let candidates = self.candidates(*kind);
                // A noun that is not for all of the kind stands for those that are called so, if there are such.
                let particular = nouns.iter().skip(1).find(|noun| line.iter().any(|word| bare(word) == bare(noun)));
                let called = |words: &HashSet<String>| particular.is_some_and(|noun| words.contains(bare(noun)));
                // Meetings are called this and that; who belongs to a group is in its name.
                let only_called = candidates.iter().any(|(_, words)| called(words))
                    || (particular.is_some()
                        && matches!(kind, EntityKind::Group | EntityKind::Person | EntityKind::Coalition));
                for (view, words) in candidates.iter().filter(|(_, words)| !only_called || called(words)) {
                    // Of the coalition: in Arabic the preposition is written onto the article.
                    let has = |word: &str| {
                        words.contains(bare(word)) || word.strip_prefix("لل").is_some_and(|word| words.contains(word))
                    };
                    // A word that links words of the name must stand before the next in it, or before when and where a
                    // meeting is.
                    let links = |at: usize| {
                        let word = line[at];
                        let mut after = line.iter().skip(at + 1).filter(|word| !self.grammar.is_noise(word));
                        let next = after.next().map(|word| bare(word)).unwrap_or_default();
                        self.is_free(word)
                            || words.contains(&format!("{} {next}", bare(word)))
                            || (self.grammar.locating.contains(bare(word)) && words.contains(&format!("{WHEN} {next}")))
                    };
                    let fits = |at: &usize| {
                        let word = line[*at];
                        // A description says nothing twice.
                        let is_new = !line[..*at].contains(&word);
                        (is_noun(word) && is_new)
                            || links(*at)
                            || (has(word) && !self.grammar.is_linking(word) && is_new)
                    };
                    let fitting = (0..line.len()).take_while(fits).count();
                    let run = line.get(..fitting).unwrap_or_default();
                    // All places where the run may end: with a word that says something, a noun of the kind before it.
                    for (at, word) in run.iter().enumerate() {
                        let upto = run.get(..=at).unwrap_or_default();
                        if !self.grammar.is_linking(word) && upto.iter().any(|word| is_noun(word)) {
                            found.push(self.named((first, first + at), view, true));
                        }
                    }
                }
            }
        }
        found
    }

    /// Whether a word can stand anywhere in a name: it says whose or which.
    fn is_free(&self, word: &str) -> bool {
        let grammar = self.grammar;
        grammar.is_noise(word) || [&grammar.of, &grammar.possessive].into_iter().flatten().any(|free| **free == *word)
    }

    /// The entities of a kind with the words of their names; made when they are first asked for.
    fn candidates(&self, kind: EntityKind) -> &[Candidate<'a>] {
        let made = || {
            let all = self.graph.entities(&EntityQuery::of(&[kind], Where::all()), Page::first(MOST_CANDIDATES));
            // Among very many a description could fit one that is not looked at: then nothing is described.
            let all = if all.more { Vec::new() } else { all.items };
            let with_words = all.into_iter().map(|view| {
                let mut words = HashSet::new();
                for name in spellings(&view) {
                    let key = search_key(name);
                    let own: Vec<_> = key.split(' ').filter(|word| !self.grammar.is_noise(word)).map(bare).collect();
                    words.extend(own.iter().map(|word| (*word).to_owned()));
                    let links = own.windows(2).filter(|pair| self.grammar.is_linking(pair[0]));
                    words.extend(links.map(|pair| pair.join(" ")));
                }
                if kind == EntityKind::Meeting {
                    // What is in its name may be when or where it is.
                    words.extend(words.iter().map(|word| format!("{WHEN} {word}")).collect::<Vec<_>>());
                }
                words.extend(self.convened(&view));
                (view, words)
            });
            with_words.collect()
        };
        self.described.get(kind.index()).map(|cell| cell.get_or_init(made).as_slice()).unwrap_or_default()
    }

    /// Words for what is on record of a meeting: its month and year, its format, whether it is planned, who convenes it, where.
    fn convened(&self, view: &EntityView<'_>) -> Vec<String> {
        if view.kind() != EntityKind::Meeting {
            return Vec::new();
        }
        let said = |kind, which| self.graph.edges(&EdgeQuery::of(&[kind], which), Page::first(MOST_GENERIC)).items;
        let own = || vec![view.id()];
        let names = |entity: &EntityView<'_>| -> Vec<String> {
            spellings(entity)
                .flat_map(|name| key_words(name).into_iter().map(|word| bare(&word).to_owned()).collect::<Vec<_>>())
                .collect()
        };
        let mut words: Vec<String> = Vec::new();
        for edge in said(EdgeKind::Convening, Where { object: own(), ..Where::all() }) {
            let EdgeDetail::Convening(convening) = edge.detail() else { continue };
            words.extend(names(&edge.subject()));
            let codes = [Some(convening.status.as_str()), convening.format.map(Code::as_str)];
            for (_, said) in self.grammar.meetings.iter().filter(|(of, _)| codes.contains(&Some(&**of))) {
                words.extend(said.iter().map(|word| bare(word).to_owned()));
            }
            if let Some(edtf) = convening.date.as_ref().and_then(|date| date.edtf.as_ref()) {
                let mut parts = edtf.as_str().split('-');
                let year = parts.next().map(str::to_owned);
                words.extend(year.iter().map(|year| format!("{WHEN} {year}")));
                words.extend(year);
                let month = parts.next().and_then(|month| month.parse::<usize>().ok());
                let called = month.and_then(|month| self.grammar.months.get(month.checked_sub(1)?));
                for word in called.into_iter().flatten().flatten().map(|word| bare(word)) {
                    words.extend([word.to_owned(), format!("{WHEN} {word}")]);
                }
            }
        }
        for edge in said(EdgeKind::Location, Where { subject: own(), ..Where::all() }) {
            for word in names(&edge.object()) {
                words.extend([format!("{WHEN} {word}"), word]);
            }
        }
        words
    }

    /// Conditions that are called by their kind, or by the actor that decides them and what it is to give.
    pub(super) fn conditions(&self, node: usize) -> Vec<Named> {
        [self.of_condition_kind(node), self.given_by(node), self.given_of(node)].concat()
    }

    /// Conditions that are called by their kind; more words of the name may follow: a truce in Kivu.
    fn of_condition_kind(&self, node: usize) -> Vec<Named> {
        let mut found: Vec<Named> = Vec::new();
        for (kind, ways) in &self.grammar.condition_kinds {
            for (first, end) in ways.iter().filter_map(|way| self.words(node, way)) {
                let of_kind = |view: &&EntityView<'_>| matches!(view.entity().detail, EntityDetail::Condition(ref condition) if condition.condition_kind == *kind);
                for (view, words) in self.candidates(EntityKind::Condition).iter().filter(|(view, _)| of_kind(&view)) {
                    found.push(self.named((first, end - 1), view, true));
                    let rest = self.lattice.tokens.get(end..).unwrap_or_default();
                    let has = |word: &str| words.contains(bare(word));
                    let run =
                        rest.iter().take_while(|token| has(&token.key) || self.grammar.is_linking(&token.key)).count();
                    let last = rest.iter().take(run).rposition(|token| has(&token.key));
                    found.extend(last.map(|last| self.named((first, end + last), view, true)));
                }
            }
        }
        found
    }

    /// Conditions that are called by who decides them, then by what is given: X's backing.
    fn given_by(&self, node: usize) -> Vec<Named> {
        let mut found = Vec::new();
        for actor in self.at(node) {
            let marked =
                self.grammar.possessive.as_ref().and_then(|mark| self.words(actor.end, std::slice::from_ref(mark)));
            let after = marked.map_or(actor.end, |(_, after)| after);
            for (given, way) in self.tests() {
                if let Some((_, end)) = self.words(after, way) {
                    found.extend(self.decided(actor.entity, given, (actor.start, end)));
                }
            }
        }
        found
    }

    /// Conditions that are called by what is given, then by who decides them: backing of X.
    fn given_of(&self, node: usize) -> Vec<Named> {
        let linked = |at: usize| {
            let edges = self.lattice.edges.get(at).into_iter().flatten();
            edges.filter(|edge| self.grammar.is_linking(&edge.word)).map(|edge| edge.to).collect::<Vec<_>>()
        };
        let mut found = Vec::new();
        for (given, (first, after)) in self.tests().filter_map(|(given, way)| Some((given, self.words(node, way)?))) {
            let mut places = vec![after];
            places.extend(linked(after));
            let further: Vec<usize> = places.iter().skip(1).flat_map(|at| linked(*at)).collect();
            places.extend(further);
            for actor in places.into_iter().flat_map(|at| self.at(at)) {
                found.extend(self.decided(actor.entity, given, (self.lattice.tokens[first].start, actor.end)));
            }
        }
        found
    }

    /// What an actor can give that a condition hangs on, each way to say it.
    fn tests(&self) -> impl Iterator<Item = (Option<Capability>, &Vec<Box<str>>)> {
        let tests = self.grammar.condition_tests.iter();
        tests.flat_map(|(capability, ways)| ways.iter().map(move |way| (*capability, way)))
    }

    /// The conditions that an actor decides by giving something, named from a byte up to a node.
    fn decided(&self, actor: EntityId, given: Option<Capability>, (start, end): (usize, usize)) -> Vec<Named> {
        let by_actor = |view: &&EntityView<'_>| {
            view.entity().detail.test().is_some_and(|test| {
                let is_given = |given: Capability| test.capability.is_within(given) || given.is_within(test.capability);
                test.actor == Some(actor) && given.is_none_or(is_given)
            })
        };
        let end_byte = self.lattice.tokens[end - 1].end;
        let named = |view: &EntityView<'_>| Named {
            end,
            start,
            end_byte,
            entity: view.id(),
            kind: view.kind(),
            described: true,
            spelling: Spelling::Name,
        };
        let all = self.candidates(EntityKind::Condition).iter().map(|(view, _)| view);
        all.filter(by_actor).map(named).collect()
    }

    /// Persons named by an office and its country: president of X, X's president; or by the office alone.
    pub(super) fn offices(&self, node: usize) -> Vec<Named> {
        let mut found = Vec::new();
        for ways in &self.grammar.offices {
            for way in ways {
                if let Some((first, after)) = self.words(node, way) {
                    let countries = match &self.grammar.of {
                        Some(of) => self.words(after, std::slice::from_ref(of)).map(|(_, node)| node),
                        None => Some(after),
                    };
                    let of_country: Vec<Named> = countries.map(|node| self.at(node).to_vec()).unwrap_or_default();
                    let of_country = of_country.into_iter().filter(|named| named.kind == EntityKind::Country);
                    let before = found.len();
                    for country in of_country {
                        let place = (first, country.end - 1);
                        found.extend(
                            self.holders(ways, Some(country.entity)).iter().map(|view| self.named(place, view, true)),
                        );
                    }
                    if found.len() == before {
                        found.extend(
                            self.holders(ways, None).iter().map(|view| self.named((first, after - 1), view, true)),
                        );
                    }
                }
            }
        }
        found.extend(self.possessed(node));
        found
    }

    /// A country's office.
    fn possessed(&self, node: usize) -> Vec<Named> {
        let Some(mark) = &self.grammar.possessive else { return Vec::new() };
        let mut found = Vec::new();
        for country in self.at(node).iter().filter(|named| named.kind == EntityKind::Country) {
            let marked = self.words(country.end, std::slice::from_ref(mark)).map(|(_, after)| after);
            let after = marked.unwrap_or(country.end);
            for ways in &self.grammar.offices {
                for (_, end) in ways.iter().filter_map(|way| self.words(after, way)) {
                    let holders = self.holders(ways, Some(country.entity));
                    let end_byte = self.lattice.tokens[end - 1].end;
                    found.extend(holders.iter().map(|view| Named {
                        end,
                        start: country.start,
                        end_byte,
                        entity: view.id(),
                        kind: view.kind(),
                        described: true,
                        spelling: Spelling::Name,
                    }));
                }
            }
        }
        found
    }

    /// Who holds an office whose title has one of these words; who held it, where nobody does.
    fn holders(&self, ways: &[Vec<Box<str>>], of: Option<EntityId>) -> Vec<EntityView<'a>> {
        let which = Where { object: of.into_iter().collect(), ..Where::all() };
        let ever = EdgeQuery::of(&[EdgeKind::Office], which);
        let found = self.holding(ways, &ever.clone().counted(Counted::on(self.today)));
        if found.is_empty() { self.holding(ways, &ever) } else { found }
    }

    fn holding(&self, ways: &[Vec<Box<str>>], offices: &EdgeQuery) -> Vec<EntityView<'a>> {
        let most = if offices.which.object.is_empty() { MOST_GENERIC * 5 } else { usize::MAX };
        let mut found: Vec<EntityView<'a>> = Vec::new();
        for edge in self.graph.edges(offices, Page::first(most)).items {
            let EdgeDetail::Office(office) = edge.detail() else { continue };
            let title_has = |way: &Vec<Box<str>>| {
                office.title.iter().any(|(_, title)| {
                    let title = search_key(title);
                    let words: Vec<&str> = title.split(' ').collect();
                    words.windows(way.len()).any(|part| part.iter().zip(way).all(|(a, b)| bare(a) == bare(b)))
                })
            };
            let subject = edge.subject();
            if ways.iter().any(title_has) && !found.iter().any(|view| view.id() == subject.id()) {
                found.push(subject);
            }
        }
        found.truncate(MOST_GENERIC);
        found
    }
}
