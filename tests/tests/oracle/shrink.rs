//! Makes a statement that shows a difference as small as it can be, and the data as well.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::compare::Difference;
use crate::statements::Statement;
use crate::tree::Sql;
use crate::way::{Carried, Way};
use crate::world::World;

/// How long that may take.
const LIMIT: Duration = Duration::from_secs(60);

/// A report on a difference, with the statement and the rows made small.
pub(crate) fn report(
    world: &mut World<'_>,
    way: &dyn Way,
    statement: &Statement,
    difference: Difference,
) -> String {
    let until = Instant::now() + LIMIT;
    let mut small = statement.clone();
    shrink(world, way, &mut small, difference, until);
    let mut rows = world.rows.clone();
    let mut next = 0;
    while next < rows.len() && Instant::now() < until {
        let mut fewer = rows.clone();
        fewer.remove(next);
        world.fill(&fewer);
        if shows(world, way, &small, difference) { rows = fewer } else { next += 1 }
    }
    world.fill(&rows);
    // What the fewer rows have made superfluous.
    shrink(world, way, &mut small, difference, until);
    let report = told(world, way, &small, statement, difference, &rows);
    let all = world.rows.clone();
    world.fill(&all);
    report
}

fn shrink(
    world: &mut World<'_>,
    way: &dyn Way,
    small: &mut Statement,
    difference: Difference,
    until: Instant,
) {
    let mut after = 0;
    while Instant::now() < until {
        let candidates = small.sql.smaller();
        let count = candidates.len();
        // Those before the last success have just failed, mostly: they come last.
        let turned = (0..count).map(|place| (place + after) % count.max(1));
        let found = turned.into_iter().find(|place| {
            let candidate = with(small, candidates[*place].clone());
            Instant::now() < until && shows(world, way, &candidate, difference)
        });
        match found {
            Some(place) => {
                *small = with(small, candidates[place].clone());
                after = 0;
            }
            None => return,
        }
        after = after.min(count);
    }
}

fn with(statement: &Statement, sql: Sql) -> Statement {
    Statement { sql, ..statement.clone() }
}

fn shows(world: &mut World<'_>, way: &dyn Way, statement: &Statement, wanted: Difference) -> bool {
    let Some((truth, seen)) = world.try_one(statement, way) else { return false };
    // A difference in errors must not turn into that of a statement that makes no sense.
    let sensible = truth.is_ok()
        || truth.answer.error.as_ref().is_some_and(|e| &e.code[..2] != "42" || e.code == "42501");
    sensible && seen.differs(&truth, statement.ordered) == Some(wanted)
}

fn told(
    world: &mut World<'_>,
    way: &dyn Way,
    small: &Statement,
    statement: &Statement,
    difference: Difference,
    rows: &[crate::data::Row],
) -> String {
    let text = small.sql.text();
    let mut told = format!("=== {difference:?} in `{}`\n", way.name());
    let named = |name: &str| text.contains(name.trim_matches('"'));
    let tables = world.schema.tables.iter().filter(|table| named(&table.bare));
    let views = world.schema.views.iter().filter(|view| named(&view.name));
    writeln!(
        told,
        "-- tenant {} of type {}",
        world.schema.tenant(0),
        world.schema.tenant_type.sql_name()
    )
    .unwrap();
    for view in views {
        writeln!(told, "CREATE VIEW {} {} AS {};", view.name, view.options, view.body).unwrap();
    }
    for table in tables {
        told += &table.ddl(&world.schema);
    }
    rows.iter().for_each(|row| writeln!(told, "{}", row.insert()).unwrap());
    writeln!(told, "statement: {text}\n  with {:?}", small.parameters).unwrap();
    if let Ok(Carried { text, parameters }) = way.carry(small) {
        writeln!(told, "as it ran: {text}\n  with {parameters:?}").unwrap();
    }
    if let Some((truth, seen)) = world.try_one(small, way) {
        write!(told, "truth:\n{}{}:\n{}", truth.told(), way.name(), seen.told()).unwrap();
    }
    writeln!(told, "before it was made smaller: {}", statement.sql.text()).unwrap();
    told
}
