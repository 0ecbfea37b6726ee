//! What processes cost: CPU and memory, as `/proc` has it (Linux).

use std::collections::HashMap;

/// `USER_HZ`, the unit of times in `/proc`, is 100 on every architecture.
const MICROSECONDS_A_TICK: u64 = 10_000;

/// The times of one process, from its `stat`.
struct Times {
    parent: u32,
    /// Its own, and those of its children that ended.
    ticks: u64,
}

/// The CPU time of a process and of all under it, those that ended included, in microseconds.
pub fn tree(root: u32) -> u64 {
    let all: HashMap<u32, Times> = processes().filter_map(|pid| Some((pid, times(pid)?))).collect();
    let is_under = |pid: u32| {
        let mut at = Some(pid);
        while let Some(here) = at.filter(|here| *here != root) {
            at = all.get(&here).map(|times| times.parent);
        }
        at.is_some()
    };
    let ticks: u64 = all.iter().filter(|(pid, _)| is_under(**pid)).map(|(_, times)| times.ticks).sum();
    ticks * MICROSECONDS_A_TICK
}

/// The memory of a process that is resident, in bytes.
pub fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() * 1024
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn times(pid: u32) -> Option<Times> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11..15)?.iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Some(Times { parent: fields.get(1)?.parse().ok()?, ticks })
}
