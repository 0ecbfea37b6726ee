//! The promises by name.

pub(crate) const READS_SEE_THE_VERSION: &str = "a read with a version sees it and all before it";
pub(crate) const NO_FALSE_REFUSAL: &str = "no version that the database has is refused as one of a lost history";
pub(crate) const LOST_VERSIONS_ARE_REFUSED: &str = "a version of a lost history is refused as such in the end";
pub(crate) const LOOKS_NOTICE: &str = "a loss is noticed by the first look after it";
pub(crate) const SNAPSHOTS_ARE_WHOLE: &str = "a snapshot is one history from its beginning";
pub(crate) const WRITES_ARE_READABLE: &str = "a write is acknowledged when it can be read there";
pub(crate) const REPLAYS_ARE_READABLE: &str = "a repeated write is acknowledged when it can be read there";
pub(crate) const STAYS_READABLE: &str = "what was acknowledged and no failover lost can always be read there";
pub(crate) const THE_LOST_ARE_SILENT: &str = "nothing is answered from a history that is known to be lost";
pub(crate) const THE_LOST_DO_NOT_ACKNOWLEDGE: &str = "nothing is acknowledged over a history that is known to be lost";
pub(crate) const THE_LOST_ARE_NOT_READY: &str = "no process is ready over a history that is known to be lost";
pub(crate) const ALL_COME_TO_FOLLOW: &str = "in the end all processes have the history of the database, and are ready";
pub(crate) const ALL_IS_READABLE: &str = "in the end what was acknowledged and no failover lost can be read everywhere";
