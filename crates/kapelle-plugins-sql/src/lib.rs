//! Tasks and triggers over SQL databases.
//!
//! There is one engine: properties ([`login`], [`asked`]) become statements ([`lexer`], [`statement`]), and [`run`] has
//! them done in one connection, while [`kept`] takes the rows. A database system is a [`driver::Driver`], and each of
//! its types is a struct in a file that names its properties.

mod asked;
mod batch;
mod clickhouse;
mod database_file;
mod driver;
mod duckdb;
mod ion;
mod items;
mod kept;
mod lexer;
mod line;
mod login;
mod mariadb;
mod mysql;
mod output_files;
mod place;
mod postgresql;
mod queries;
mod rows;
mod run;
mod security;
mod sqlite;
mod statement;
mod url;
mod values;
mod veil;
mod wrong;

use kapelle_plugin::Registry;

/// Everything of this family.
pub fn register(registry: &mut Registry) {
    clickhouse::register(registry);
    duckdb::register(registry);
    mariadb::register(registry);
    mysql::register(registry);
    postgresql::register(registry);
    sqlite::register(registry);
}

#[cfg(test)]
mod tests;
