pub mod cron;
pub mod date;
pub mod duration;
pub mod zone;
