//! Two links joined in memory, with seeded loss, delay and cuts: the network's twin for tests.
