//! A fence around readers that panic on some pictures.
//!
//! It turns a panic inside into `None` and keeps the panic hook silent for it. It is for code that
//! is given owned or borrowed pixels and returns a value; it is no licence to panic elsewhere.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// How many fences the current thread is inside of.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Runs `work`; a panic inside it is contained, not reported, and ends in `None`.
///
/// The first call in a process wraps the panic hook that is set at that moment; panics outside of
/// a fence reach that hook as before. Needs `panic = "unwind"`.
pub(super) fn fenced<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    if std::thread::panicking() {
        return None; // a second panic would abort, and the hook cannot be exchanged now
    }
    HOOK.call_once(|| set_hook(silent_inside(take_hook())));
    DEPTH.set(DEPTH.get() + 1);
    // What `work` borrowed mutably is dropped or rewritten by its callers after a panic.
    let result = catch_unwind(AssertUnwindSafe(work));
    DEPTH.set(DEPTH.get() - 1);
    result.ok()
}

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// A hook that stays silent for threads inside a fence and is `previous` for all others.
fn silent_inside(previous: Hook) -> Hook {
    Box::new(move |panic| {
        // A thread that is ending has no depth any more, and is in no fence.
        if DEPTH.try_with(Cell::get).unwrap_or(0) == 0 {
            previous(panic);
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_panic_inside_is_contained_and_silent_and_one_outside_is_reported() {
        static REPORTED: AtomicUsize = AtomicUsize::new(0);
        assert_eq!(fenced(|| 1), Some(1)); // the fence's own hook is set from here on
        let me = std::thread::current().id();
        let others = take_hook();
        let counting: Hook = Box::new(move |panic| {
            if std::thread::current().id() == me {
                REPORTED.fetch_add(1, Ordering::SeqCst);
            } else {
                others(panic);
            }
        });
        set_hook(silent_inside(counting));

        let contained: Option<()> = fenced(|| panic!("on purpose, inside"));
        assert_eq!(contained, None);
        assert_eq!(fenced(|| fenced(|| -> u8 { panic!("nested") })), Some(None));
        assert_eq!(REPORTED.load(Ordering::SeqCst), 0);
        assert!(catch_unwind(|| panic!("on purpose, outside")).is_err());
        assert_eq!(REPORTED.load(Ordering::SeqCst), 1);
    }
}
