//! What the operating system says this process has used. Linux only: elsewhere there is no figure.

use std::fs;
use std::time::Duration;

/// Processor time of all threads of this process so far.
pub(crate) fn cpu_time() -> Option<Duration> {
    let mut nanoseconds = 0;
    for task in fs::read_dir("/proc/self/task").ok()?.flatten() {
        // A thread may end while its directory is being read.
        let Ok(statistics) = fs::read_to_string(task.path().join("schedstat")) else {
            continue;
        };
        nanoseconds += statistics.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(nanoseconds))
}

/// Memory of this process that is in use, in bytes.
pub(crate) fn resident_memory() -> Option<u64> {
    memory("/proc/self/status", "VmRSS:")
}

/// Open descriptors of this process.
pub(crate) fn descriptors() -> Option<usize> {
    Some(fs::read_dir("/proc/self/fd").ok()?.count())
}

/// The most memory that another process has used at once, in bytes.
pub(crate) fn peak_memory_of(process: u32) -> Option<u64> {
    memory(&format!("/proc/{process}/status"), "VmHWM:")
}

fn memory(status: &str, what: &str) -> Option<u64> {
    let status = fs::read_to_string(status).ok()?;
    let line = status.lines().find(|line| line.starts_with(what))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
