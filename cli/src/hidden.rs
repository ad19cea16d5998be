//! A terminal that does not show what is typed, for as long as a secret is.

#[cfg(unix)]
pub(crate) use unix::Hidden;

#[cfg(unix)]
mod unix {
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};

    /// While this lives, the terminal does not show what is typed, but the end of the line.
    pub(crate) struct Hidden {
        terminal: OwnedFd,
        before: Termios,
    }

    impl Hidden {
        /// # Errors
        /// When it is no terminal.
        pub(crate) fn begin(terminal: impl AsFd) -> io::Result<Self> {
            let terminal = terminal.as_fd().try_clone_to_owned()?;
            let before = tcgetattr(&terminal)?;
            let mut hidden = before.clone();
            hidden.local_modes.remove(LocalModes::ECHO);
            hidden.local_modes.insert(LocalModes::ECHONL);
            tcsetattr(&terminal, OptionalActions::Now, &hidden)?;
            Ok(Self { terminal, before })
        }
    }

    impl Drop for Hidden {
        fn drop(&mut self) {
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
        }
    }
}

/// Elsewhere nothing can be hidden, and nobody is asked.
#[cfg(not(unix))]
pub(crate) struct Hidden;

#[cfg(not(unix))]
impl Hidden {
    pub(crate) fn begin<T>(_: T) -> std::io::Result<Self> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}
