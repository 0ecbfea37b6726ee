use std::process;

/// The process that a throw-away cluster lives as long as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) pid: u32,
    /// When it started, in the system's own unit; `-` where that cannot be told.
    pub(super) start: String,
}

impl Anchor {
    /// The nearest ancestor that is a `cargo test` or `cargo nextest` run, or else this process.
    #[cfg(target_os = "linux")]
    pub(super) fn find() -> Self {
        let stat = |pid: u32| Stat::parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?);
        let own = process::id();
        let mut next = stat(own).map(|stat| stat.parent);
        while let Some((pid, process)) = next.and_then(|pid| Some((pid, stat(pid)?))) {
            if ["cargo", "cargo-nextest"].contains(&process.name.as_str()) {
                return Self { pid, start: process.start };
            }
            next = Some(process.parent).filter(|parent| *parent > 0);
        }
        Self { pid: own, start: stat(own).map_or_else(|| "-".to_owned(), |stat| stat.start) }
    }

    /// This process: there is no `/proc` to look for a better one.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn find() -> Self {
        Self { pid: process::id(), start: "-".to_owned() }
    }
}

/// What is needed of `/proc/<pid>/stat`.
#[cfg(target_os = "linux")]
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    name: String,
    parent: u32,
    start: String,
}

#[cfg(target_os = "linux")]
impl Stat {
    /// The name is in parentheses and may itself hold parentheses and spaces.
    fn parse(text: &str) -> Option<Self> {
        let (head, fields) = text.rsplit_once(") ")?;
        let (_, name) = head.split_once(" (")?;
        let mut fields = fields.split_whitespace();
        let parent = fields.nth(1)?.parse().ok()?;
        let start = fields.nth(17)?.to_owned();
        Some(Self { name: name.to_owned(), parent, start })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn stat_lines() {
        let line =
            "71 (a) b (c) S 70 71 71 0 -1 4194304 5 6 0 0 1 2 3 4 20 0 1 0 987654 1000 20 18446744073709551615\n";
        let stat = Stat { name: "a) b (c".to_owned(), parent: 70, start: "987654".to_owned() };
        assert_eq!(Stat::parse(line), Some(stat));
        assert_eq!(Stat::parse("71 (short) S 1"), None);
    }

    #[test]
    fn an_anchor_is_alive() {
        let anchor = Anchor::find();
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", anchor.pid)).expect("its stat");
        assert_eq!(Stat::parse(&stat).expect("a stat").start, anchor.start);
    }
}
