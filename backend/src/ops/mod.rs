//! What the operator sees and holds: log, metrics, TLS files, the lock on a data directory, free space.

pub mod addresses;
pub mod backup;
pub mod disk;
pub mod doctor;
pub mod health;
pub mod lock;
pub mod log;
pub mod metrics;
pub mod tls;
