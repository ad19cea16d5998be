//! How people are away while a reply travels: their machines are suspended, or their programs were
//! killed and are started again with `--resume`.
//!
//! Suspended is a process that the kernel does not run (SIGSTOP, then SIGCONT), as on a machine that
//! sleeps, except that no clock stands still. It is not the pause that an app asks for itself, which
//! closes its sockets; the tests of the core have that.

use crate::scenario::Meeting;
use crate::world::World;
use std::fmt;
use std::time::Duration;

/// Who is away, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Absence {
    BothSuspended,
    HostKilled,
    GuestKilled,
    BothKilled,
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BothSuspended => "both suspended",
            Self::HostKilled => "host killed",
            Self::GuestKilled => "guest killed",
            Self::BothKilled => "both killed",
        })
    }
}

impl Absence {
    pub(crate) const ALL: [Self; 4] = [
        Self::BothSuspended,
        Self::HostKilled,
        Self::GuestKilled,
        Self::BothKilled,
    ];

    /// They are away for so long. Whoever was killed shows its code again when this returns.
    pub(crate) fn pass(self, length: Duration, meeting: &mut Meeting, world: &World) {
        let (leave, host, guest) = match self {
            Self::BothSuspended => ("STOP", true, true),
            Self::HostKilled => ("KILL", true, false),
            Self::GuestKilled => ("KILL", false, true),
            Self::BothKilled => ("KILL", true, true),
        };
        if host {
            meeting.host.signal(leave);
        }
        if guest {
            meeting.guest.signal(leave);
        }
        std::thread::sleep(length);
        if self == Self::BothSuspended {
            meeting.host.signal("CONT");
            meeting.guest.signal("CONT");
            return;
        }
        if host {
            meeting.resume_host(world);
        }
        if guest {
            meeting.resume_guest(world);
        }
    }
}
