//! Servers of a test's own, to be stopped and started again.
