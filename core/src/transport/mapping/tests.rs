//! Routers that are silent, talk nonsense or lie.
