//! Ways that are wrong, to see that the oracle finds out.
//!
//! Ways that are written by hand over the tree that a statement was made as: one that is right
//! for the queries that it takes, and wrong ones; and what the guard makes, with a part spoiled.

use crate::schema::Schema;
use crate::statements::Statement;
use crate::tree::{Mark, Place as Table};
use crate::way::{Carried, Guarded, Way};
use crate::world::Place;

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    Nothing,
    /// The predicate of a join's right side stands in its condition (catalogue S44, S45).
    InTheCondition,
    /// Common table expressions are forgotten (S48).
    NotInWith,
    /// Where a query has one table, its predicate is pasted behind the condition (S47).
    Pasted,
    /// The predicate compares with a constant of another tenant where it counts rows.
    OthersToo,
}

pub(crate) struct ByHand {
    pub(crate) wrong: Wrong,
    pub(crate) schema: Schema,
}

impl Way for ByHand {
    fn name(&self) -> &'static str {
        match self.wrong {
            Wrong::Nothing => "by hand",
            Wrong::InTheCondition => "in the condition",
            Wrong::NotInWith => "not in with",
            Wrong::Pasted => "pasted",
            Wrong::OthersToo => "others too",
        }
    }

    fn place(&self) -> Place {
        Place::Plain
    }

    fn carry(&self, statement: &Statement) -> Result<Carried, String> {
        self.refuse(statement)?;
        let number = statement.parameters.len() + 1;
        let tenant = format!("${number}");
        let text = statement
            .sql
            .written(&mut |mark, around, text| self.write(mark, around, text, &tenant));
        Ok(Carried::with_tenant(text, number, statement, &self.schema))
    }
}

impl ByHand {
    /// What takes more than a sub-select in place of a table.
    fn refuse(&self, statement: &Statement) -> Result<(), String> {
        let text = statement.sql.text();
        let beyond = ["TABLESAMPLE", "FOR ", "ctid", "tableoid", "TABLE "];
        let view = |name: &str| text.contains(&format!(" {name} ")) || text.ends_with(name);
        let view = self.schema.views.iter().any(|one| view(&one.name));
        if statement.writes || view || beyond.iter().any(|word| text.contains(word)) {
            return Err("not taken".into());
        }
        Ok(())
    }

    fn write(&self, mark: &Mark, around: &[&Mark], text: String, tenant: &str) -> String {
        let others = match self.wrong {
            Wrong::OthersToo => format!("OR COLUMN = '{}'", self.schema.tenant(1)),
            Wrong::Nothing | Wrong::InTheCondition | Wrong::NotInWith | Wrong::Pasted => {
                String::new()
            }
        };
        match mark {
            Mark::Table(Table { tenant: Some((column, _)), alias, bare }) => {
                if self.leaves_out(around) {
                    return text;
                }
                let others = others.replace("COLUMN", column);
                let named = if *bare { alias } else { "" };
                format!("( SELECT * FROM {text} WHERE {column} = {tenant} {others} ) {named}")
            }
            Mark::On(Some(Table { alias, tenant: Some((_, column)), .. }))
                if self.wrong == Wrong::InTheCondition =>
            {
                let condition = text.strip_prefix("ON ").unwrap_or(&text);
                format!("ON ( {condition} ) AND {alias}.{column} = {tenant}")
            }
            Mark::Alone(Table { alias, tenant: Some((_, column)), .. })
                if self.wrong == Wrong::Pasted =>
            {
                let word = if text.contains(" WHERE ") { "AND" } else { "WHERE" };
                format!("{text} {word} {alias}.{column} = {tenant}")
            }
            Mark::Table(_) | Mark::On(_) | Mark::With | Mark::Right | Mark::Alone(_) => text,
        }
    }

    /// Whether a table stays as it is.
    fn leaves_out(&self, around: &[&Mark]) -> bool {
        match self.wrong {
            Wrong::Nothing | Wrong::OthersToo => false,
            Wrong::InTheCondition => matches!(around.last(), Some(Mark::Right)),
            Wrong::Pasted => matches!(around.last(), Some(Mark::Alone(_))),
            Wrong::NotInWith => around.iter().any(|mark| matches!(mark, Mark::With)),
        }
    }
}

/// What the guard makes of statements of a kind, spoiled.
pub(crate) struct Spoiled {
    pub(crate) guarded: Guarded,
    pub(crate) spoil: Spoil,
}

/// How a text is spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spoil {
    /// What the statements are that are taken: the first word.
    pub(crate) first: &'static str,
    pub(crate) replaced: &'static str,
    pub(crate) by: &'static str,
}

impl Way for Spoiled {
    fn name(&self) -> &'static str {
        "spoiled"
    }

    fn place(&self) -> Place {
        self.guarded.place()
    }

    fn carry(&self, statement: &Statement) -> Result<Carried, String> {
        let carried = self.guarded.carry(statement)?;
        if !carried.text.starts_with(self.spoil.first) {
            return Err("not taken".into());
        }
        let text = carried.text.replace(self.spoil.replaced, self.spoil.by);
        Ok(Carried { text, ..carried })
    }
}
