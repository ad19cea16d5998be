//! What crosses processes, networks, languages and browsers. The tests lie in `tests/`.
