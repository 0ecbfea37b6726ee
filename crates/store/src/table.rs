//! Tables of the graph, each declared once: from its columns follow the row, all statements that read or write whole rows,
//! and both formats of COPY. The compiler does not check these statements; a test prepares each against the schema.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgConnection, Postgres};
use uuid::Uuid;

use crate::content::{Members, Part};
use crate::copy::{Fields, Problem, TextRows};

/// A statement with its parameters.
pub(crate) type Statement = Query<'static, Postgres, PgArguments>;

/// A column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

/// A row of a table, without what the commit adds.
pub(crate) trait TableRow<'a>: Sized {
    const NAME: &'static str;
    /// The order in which its rows are read and moved.
    const ORDER: &'static str;
    const COLUMNS: &'static [Column];
    /// Columns that are looked up when a row `r` is written, and how.
    const LOOKED_UP: &'static [(&'static str, &'static str)];

    /// Reads the columns, in their order.
    fn read(fields: &mut Fields<'a>) -> Result<Self, Problem>;

    /// Writes a row of COPY's text format, after the fields that stand there already.
    fn write(&self, text: &mut TextRows);

    /// Binds the columns of some rows, an array each.
    fn bind(rows: &[Self], statement: Statement) -> Statement;

    /// The columns that are members of the content, in their order.
    fn members(&mut self) -> Members<'_>;

    /// The same as the model reads them, those that are not null.
    fn parts(&self) -> impl Iterator<Item = (&'static str, Part<'_>)>;
}

/// Declares a row of a table, read in an order. A field is a column of the same name; `as` says of which member of the
/// content. Columns after that are looked up.
macro_rules! table {
    (
        $(#[$about:meta])*
        $row:ident<$a:lifetime> in $name:literal by $order:literal {
            $($field:ident: $type:ty $(as $member:literal)?),+ $(,)?
        }
        $($looked_up:ident: $how:literal),*
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $row<$a> {
            $(pub(crate) $field: $type),+
        }

        impl<$a> $crate::table::TableRow<$a> for $row<$a> {
            const NAME: &'static str = $name;
            const ORDER: &'static str = $order;
            const COLUMNS: &'static [$crate::table::Column] = &[$($crate::table::Column {
                name: stringify!($field),
                sql: <$type as $crate::value::Value<'_>>::SQL,
            }),+];
            const LOOKED_UP: &'static [(&'static str, &'static str)] = &[$((stringify!($looked_up), $how)),*];

            fn read(fields: &mut $crate::copy::Fields<$a>) -> Result<Self, $crate::copy::Problem> {
                Ok(Self { $($field: $crate::value::Value::read(fields.bytes()?)?),+ })
            }

            fn write(&self, text: &mut $crate::copy::TextRows) {
                $($crate::value::Value::write(&self.$field, text);)+
                text.end_row();
            }

            fn bind(rows: &[Self], statement: $crate::table::Statement) -> $crate::table::Statement {
                statement$(.bind($crate::table::column(rows, |row| row.$field.clone())))+
            }

            fn members(&mut self) -> $crate::content::Members<'_> {
                vec![$($(($member, &mut self.$field),)?)+]
            }

            fn parts(&self) -> impl Iterator<Item = (&'static str, $crate::content::Part<'_>)> {
                $crate::content::present([$($(($member, $crate::content::Member::part(&self.$field)),)?)+])
            }
        }
    };
}
pub(crate) use table;

/// Values of one column, for `unnest`.
pub(crate) fn column<R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// Some of the staged rows: from the first identifier to the last.
pub(crate) type Chunk = (Uuid, Uuid);

/// All staged rows.
pub(crate) const ALL: Chunk = (Uuid::nil(), Uuid::max());

/// The columns, each as it is said, parted by commas.
fn list<'a, T: TableRow<'a>>(say: impl Fn(&Column) -> String) -> String {
    T::COLUMNS.iter().map(say).collect::<Vec<_>>().join(", ")
}

/// The names of the columns.
pub(crate) fn names<'a, T: TableRow<'a>>() -> String {
    list::<T>(|column| column.name.to_owned())
}

/// The columns as arrays that are parameters from `$first` on.
fn arrays<'a, T: TableRow<'a>>(first: usize) -> String {
    let array = |(i, column): (usize, &Column)| format!("${i}::{}[]", column.sql);
    (first..).zip(T::COLUMNS).map(array).collect::<Vec<_>>().join(", ")
}

/// `update ... set` of all columns but those that never change, each to that of `from`.
fn changes<'a, T: TableRow<'a>>(from: &str) -> String {
    let changing = T::COLUMNS.iter().filter(|column| !matches!(column.name, "id" | "kind"));
    changing.map(|column| [column.name, " = ", from, ".", column.name, ", "].concat()).collect()
}

/// The columns that are looked up, each as it is said, each followed by a comma.
fn looked_up<'a, T: TableRow<'a>>(say: impl Fn(&str, &str) -> String) -> String {
    T::LOOKED_UP.iter().map(|(name, look_up)| say(name, look_up) + ", ").collect()
}

fn insert_statement<'a, T: TableRow<'a>>() -> String {
    format!("insert into {} ({}) select * from unnest({})", T::NAME, names::<T>(), arrays::<T>(1))
}

/// What a version is inserted from: a row `r` of `from`, stamped with a commit and a time.
fn insert_version<'a, T: TableRow<'a>>(from: &str, seq: &str, now: &str) -> String {
    let (columns, found) =
        (list::<T>(|column| format!("r.{}", column.name)), looked_up::<T>(|_, found| found.to_owned()));
    format!(
        "insert into {} ({}, {}created_seq, version, recorded_at) select {columns}, {found}{seq}, {seq}, {now} from {from}",
        T::NAME,
        names::<T>(),
        looked_up::<T>(|name, _| name.to_owned()),
    )
}

fn put_statement<'a, T: TableRow<'a>>() -> String {
    let rows = format!("unnest($2::bigint[], {}) as r (seq, {})", arrays::<T>(3), names::<T>());
    format!(
        "{} on conflict (id) do update set {}{}version = excluded.version, recorded_at = excluded.recorded_at",
        insert_version::<T>(&rows, "r.seq", "$1"),
        changes::<T>("excluded"),
        looked_up::<T>(|name, _| format!("{name} = excluded.{name}")),
    )
}

fn replace_statement<'a, T: TableRow<'a>>() -> String {
    format!(
        "update {0} t set {1}{2}version = $1, recorded_at = $2 from stage_{0} r where r.replaces and t.id = r.id",
        T::NAME,
        changes::<T>("r"),
        looked_up::<T>(|name, look_up| format!("{name} = {look_up}")),
    )
}

fn move_statement<'a, T: TableRow<'a>>() -> String {
    let staged = format!("stage_{} r where not r.replaces and r.id >= $3 and r.id <= $4 order by r.id", T::NAME);
    insert_version::<T>(&staged, "$1", "$2")
}

fn move_parts_statement<'a, T: TableRow<'a>>() -> String {
    let (table, columns, order) = (T::NAME, names::<T>(), T::ORDER);
    format!(
        "insert into {table} ({columns}) select {columns} from stage_{table}
         where edge_id >= $1 and edge_id <= $2 order by {order}"
    )
}

/// COPY of the rows that a condition lets through, with the columns `stamps` after their own.
pub(crate) fn copy_out<'a, T: TableRow<'a>>(stamps: &str, condition: &str) -> String {
    let (table, columns, order) = (T::NAME, names::<T>(), T::ORDER);
    format!("copy (select {columns}{stamps} from {table} {condition} order by {order}) to stdout (format binary)")
}

/// COPY into the staging table, with the columns `place` before their own.
pub(crate) fn copy_in<'a, T: TableRow<'a>>(place: &str) -> String {
    format!("copy stage_{} ({place}{}) from stdin", T::NAME, names::<T>())
}

fn statement(text: String) -> Statement {
    // Made of the names of a declaration.
    sqlx::query_with(AssertSqlSafe(text), PgArguments::default())
}

/// Inserts rows.
pub(crate) async fn insert<'a, T: TableRow<'a>>(conn: &mut PgConnection, rows: &[T]) -> Result<(), sqlx::Error> {
    if !rows.is_empty() {
        T::bind(rows, statement(insert_statement::<T>())).execute(conn).await?;
    }
    Ok(())
}

/// Inserts rows, or puts them in the place of what stood there; each is stamped with the commit beside it. What cannot be
/// looked up is null, which its column refuses.
pub(crate) async fn put<'a, T: TableRow<'a>>(
    conn: &mut PgConnection,
    rows: &[T],
    seqs: Vec<i64>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    if !rows.is_empty() {
        T::bind(rows, statement(put_statement::<T>()).bind(now).bind(seqs)).execute(conn).await?;
    }
    Ok(())
}

/// Puts the staged rows that replace others in their place, as the commit `seq`; gives how many.
pub(crate) async fn replace<'a, T: TableRow<'a>>(
    conn: &mut PgConnection,
    seq: i64,
    now: DateTime<Utc>,
) -> Result<u64, sqlx::Error> {
    let replaced = statement(replace_statement::<T>()).bind(seq).bind(now).execute(conn).await?;
    Ok(replaced.rows_affected())
}

/// Moves the new staged rows of a chunk, as the commit `seq`.
pub(crate) async fn move_new<'a, T: TableRow<'a>>(
    conn: &mut PgConnection,
    (first, last): Chunk,
    seq: i64,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    statement(move_statement::<T>()).bind(seq).bind(now).bind(first).bind(last).execute(conn).await?;
    Ok(())
}

/// Moves what belongs to the staged edges of a chunk.
pub(crate) async fn move_parts<'a, T: TableRow<'a>>(
    conn: &mut PgConnection,
    (first, last): Chunk,
) -> Result<(), sqlx::Error> {
    statement(move_parts_statement::<T>()).bind(first).bind(last).execute(conn).await?;
    Ok(())
}

/// The statements of a table whose rows are versions.
pub(crate) fn statements_of_versions<'a, T: TableRow<'a>>() -> [String; 3] {
    [put_statement::<T>(), replace_statement::<T>(), move_statement::<T>()]
}

/// The statements of a table of what belongs to edges.
pub(crate) fn statements_of_parts<'a, T: TableRow<'a>>() -> [String; 2] {
    [insert_statement::<T>(), move_parts_statement::<T>()]
}
