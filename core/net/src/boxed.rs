//! Futures of one kind.

use std::pin::Pin;

/// A future that is known by what it gives alone.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Boxes a future that is to be spawned. A runtime is compiled once for each kind of future that it is
/// given, and so is the future in it for each kind of runtime; boxed ones are of one kind.
pub fn boxed<T>(future: impl Future<Output = T> + Send + 'static) -> BoxFuture<T> {
    Box::pin(future)
}
