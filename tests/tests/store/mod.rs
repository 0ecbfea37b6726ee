mod bulk;
mod commits;
mod guard;
mod log;
mod schema;
