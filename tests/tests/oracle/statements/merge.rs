use super::Maker;
use super::scope::Frame;
use super::writes::is_tenant;
use crate::tree::{Sql, sql};
use crate::ty::Ty;

impl Maker<'_> {
    /// MERGE, in which at most one row of the source belongs to each of the target's.
    pub(super) fn merge(&mut self) -> (Sql, bool) {
        let sql = self.with_reads_before(|maker| {
            let target = maker.target("MERGE INTO")?;
            let (from, condition) = maker.matching(&target)?;
            let (source, id) = (from.rels[0].clone(), maker.id_of(&from));
            let both = vec![target.rel.clone(), source.clone()];
            let mut arms = Vec::new();
            let count = 1 + maker.dice.below(2);
            for number in 1..=count {
                maker.frames.push(Frame::of(both.clone()));
                // Only the last can be for all that is left.
                let some = number < count || maker.dice.percent(40);
                let only = some.then(|| sql!["AND (", maker.expr(Ty::Bool), ")"]);
                let only = only.map_or("".into(), Sql::from);
                let action = match maker.dice.below(5) {
                    0 => "DELETE".into(),
                    1 => "DO NOTHING".into(),
                    _ => sql!["UPDATE", maker.assignments(&target.table)],
                };
                maker.frames.pop();
                arms.push(sql!["WHEN MATCHED", only, "THEN", action]);
            }
            if maker.dice.percent(60) {
                maker.frames.push(Frame::of(vec![source]));
                let only = maker.maybe(40, |maker| sql!["AND (", maker.expr(Ty::Bool), ")"]);
                let action = maker.merged_row(&target.table, &id);
                maker.frames.pop();
                arms.push(sql!["WHEN NOT MATCHED", only, "THEN", action]);
            }
            let arms = Sql::List { items: arms, separator: " ", least: 1 };
            Some(sql![target.sql, "USING", from.sql, "ON", condition, arms])
        });
        (sql, false)
    }

    fn merged_row(&mut self, table: &crate::schema::Table, id: &str) -> Sql {
        if self.dice.percent(10) {
            return "DO NOTHING".into();
        }
        let names_tenant = self.dice.percent(35);
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for column in &table.columns {
            let value = match column.name.as_str() {
                "id" => format!("30 + coalesce ( {id} , 1 )").into(),
                _ if is_tenant(table, column) && !names_tenant => continue,
                _ if is_tenant(table, column) => format!("'{}'", self.schema.tenant(0)).into(),
                _ if self.dice.percent(40) => continue,
                _ => self.expr(column.ty),
            };
            names.push(column.name.clone());
            values.push(value);
        }
        sql!["INSERT (", names.join(" , "), ") VALUES (", Sql::exactly(values), ")"]
    }

    /// MERGE takes no common table expression that writes, or that is recursive.
    fn with_reads_before(&mut self, make: impl FnOnce(&mut Self) -> Option<Sql>) -> Sql {
        let ctes = self.ctes.len();
        let with = self.maybe(15, |maker| maker.with_list(false));
        let sql = make(self).unwrap_or_else(|| "SELECT 1".into());
        self.ctes.truncate(ctes);
        sql![with, sql]
    }
}
