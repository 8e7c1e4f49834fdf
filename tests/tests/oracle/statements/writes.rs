use super::Maker;
use super::from::From;
use super::scope::{Frame, Rel};
use crate::schema::{Column, Key, Table};
use crate::tree::{Sql, sql};
use crate::ty::Ty;

/// A table that is written.
pub(super) struct Target {
    pub(super) table: Table,
    /// As the statement names it, with its alias.
    pub(super) sql: Sql,
    pub(super) rel: Rel,
}

impl Maker<'_> {
    pub(super) fn insert(&mut self) -> Sql {
        self.with_before(|maker| {
            let (sql, rel) = maker.insertion()?;
            Some(sql![sql, maker.returning(&[rel], 50)])
        })
    }

    pub(super) fn update(&mut self) -> Sql {
        self.with_before(|maker| {
            let (sql, rels) = maker.change(false)?;
            Some(sql![sql, maker.returning(&rels, 50)])
        })
    }

    pub(super) fn delete(&mut self) -> Sql {
        self.with_before(|maker| {
            let (sql, rels) = maker.change(true)?;
            Some(sql![sql, maker.returning(&rels, 50)])
        })
    }

    /// A statement that returns what it wrote, for a common table expression.
    pub(super) fn written_rows(&mut self) -> Option<(Sql, Vec<Ty>)> {
        let (sql, rels) = match self.dice.below(3) {
            0 => self.insertion().map(|(sql, rel)| (sql, vec![rel]))?,
            1 => self.change(false)?,
            _ => self.change(true)?,
        };
        let types = self.types();
        Some((sql![sql, self.returning_types(&rels, &types)], types))
    }

    /// A statement, after common table expressions perhaps.
    pub(super) fn with_before(&mut self, make: impl FnOnce(&mut Self) -> Option<Sql>) -> Sql {
        let ctes = self.ctes.len();
        let with = self.maybe(15, |maker| maker.with(true));
        let sql = make(self).unwrap_or_else(|| "SELECT 1".into());
        self.ctes.truncate(ctes);
        sql![with, sql]
    }

    /// A tenant table that this statement doesn't write yet.
    pub(super) fn target(&mut self, keyword: &str) -> Option<Target> {
        let tables = self.schema.tables.iter().enumerate();
        let free: Vec<_> = tables
            .filter(|(number, table)| table.tenant.is_some() && !self.written.contains(number))
            .map(|(number, _)| number)
            .collect();
        if free.is_empty() {
            return None;
        }
        let number = *self.dice.pick(&free);
        self.written.push(number);
        let mut table = self.schema.tables[number].clone();
        let view = self.schema.views.iter().find(|view| view.of == number);
        if self.dice.percent(5) {
            let member = self.dice.pick(&table.members()).clone();
            table = table.renamed(&member);
        } else if let Some(view) = view
            && keyword != "MERGE INTO"
            && self.dice.percent(15)
        {
            table = Table { columns: view.columns.clone(), ..table.renamed(&view.name) };
        }
        // A common table expression's name is no target, so it hides nothing here.
        let name = table.name.clone();
        let inherits = table.members().len() > 1;
        let only =
            if inherits && keyword != "INSERT INTO" && self.dice.percent(4) { "ONLY" } else { "" };
        let hidden = self.ctes.iter().any(|cte| cte.alias == table.name);
        let alias = if !hidden && self.is_free(&table.bare) && self.dice.percent(40) {
            None
        } else {
            Some(self.name("t"))
        };
        let named = alias.clone().map(|alias| format!("AS {alias}")).unwrap_or_default();
        let is_view = self.schema.views.iter().any(|view| view.name == table.name);
        let rel = Rel {
            table: (!is_view).then_some(number),
            trapped: true,
            ..Rel::new(alias.unwrap_or_else(|| table.bare.clone()), table.columns.clone())
        };
        Some(Target { sql: sql![keyword, only, name, named], table, rel })
    }

    /// `INSERT ...` up to its RETURNING.
    fn insertion(&mut self) -> Option<(Sql, Rel)> {
        let target = self.target("INSERT INTO")?;
        let table = &target.table;
        if table.id_by_default && self.dice.percent(5) {
            return Some((sql![target.sql, "DEFAULT VALUES"], target.rel));
        }
        let columns = self.written_columns(table);
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let whole = columns == table.columns && self.dice.percent(30);
        let list = if whole { String::new() } else { format!("( {} )", names.join(" , ")) };
        let rows = if self.may(30) {
            self.rows_from_a_query(table, &columns)
        } else {
            self.rows_of_values(table, &columns)
        };
        let conflict = if self.dice.percent(30) {
            self.on_conflict(table, &target.rel)
        } else {
            Sql::from("")
        };
        Some((sql![target.sql, list, rows, conflict], target.rel))
    }

    /// The columns that an INSERT gives values to: `id` always, the tenant's sometimes.
    fn written_columns(&mut self, table: &Table) -> Vec<Column> {
        let names_tenant = self.dice.percent(35);
        let mut columns = Vec::new();
        for column in &table.columns {
            let is_tenant = is_tenant(table, column);
            let kept =
                if is_tenant { names_tenant } else { column.name == "id" || self.dice.percent(60) };
            if kept {
                columns.push(column.clone());
            }
        }
        columns
    }

    fn rows_of_values(&mut self, table: &Table, columns: &[Column]) -> Sql {
        let ids = self.ids();
        self.frames.push(Frame::default());
        let mut rows = Vec::new();
        for id in ids {
            let values = columns.iter().map(|column| match column.name.as_str() {
                "id" => Sql::from(id.to_string()),
                _ if is_tenant(table, column) => self.tenant_value(),
                _ if self.dice.percent(8) => "DEFAULT".into(),
                "code" | "amount" => self.leaf(column.ty).term(column.ty),
                _ => self.expr(column.ty),
            });
            rows.push(sql!["(", Sql::exactly(values.collect()), ")"]);
        }
        self.frames.pop();
        sql!["VALUES", Sql::comma(rows)]
    }

    /// Ids for new rows, some of which are taken: by the tenant itself, or by another.
    fn ids(&mut self) -> Vec<usize> {
        let first = self.dice.weighed(&[(6, 20), (3, 1), (1, 101)]) + self.dice.below(8);
        (first..=first + self.dice.below(3)).collect()
    }

    fn tenant_value(&mut self) -> Sql {
        let whose = self.dice.weighed(&[(12, 0), (1, 1)]);
        if whose == 0 && self.dice.percent(20) {
            return "DEFAULT".into();
        }
        format!("'{}'", self.schema.tenant(whose)).into()
    }

    fn rows_from_a_query(&mut self, table: &Table, columns: &[Column]) -> Sql {
        let number = self.dice.below(self.schema.tables.len());
        let from = self.table_numbered(number);
        let id = self.id_of(&from);
        let far = *self.dice.pick(&[20, 20, 5, 0]);
        self.frames.push(from.frame());
        let values = columns.iter().map(|column| match column.name.as_str() {
            "id" => Sql::from(format!("{id} + {far}")),
            _ if is_tenant(table, column) => format!("'{}'", self.schema.tenant(0)).into(),
            _ => self.expr(column.ty),
        });
        let values = Sql::exactly(values.collect());
        let filter = self.filter(50);
        self.frames.pop();
        sql!["SELECT", values, "FROM", from.sql, filter]
    }

    /// The column of a table that tells its rows apart.
    pub(super) fn id_of(&self, from: &From) -> String {
        let rel = &from.rels[0];
        let number = rel.columns.iter().position(|column| column.name == "id");
        let renamed = || rel.columns.iter().position(|column| column.ty == Ty::Int);
        // The tenant column comes first and may be an int too; `id` is behind it.
        let place = number.or_else(|| if rel.table.is_some() { Some(1) } else { renamed() });
        rel.column(&rel.columns[place.unwrap_or_default()])
    }

    fn on_conflict(&mut self, table: &Table, rel: &Rel) -> Sql {
        let key = match (&table.tenant, table.key) {
            (Some(tenant), Key::WithTenant) => format!("( {} , id )", tenant.column),
            (Some(_) | None, Key::Alone) | (None, _) => "( id )".into(),
        };
        if self.dice.percent(45) {
            let target = if self.dice.percent(50) { key } else { String::new() };
            return sql!["ON CONFLICT", target, "DO NOTHING"];
        }
        let excluded = Rel::new("excluded", rel.columns.clone());
        let own = Rel { trapped: false, ..rel.clone() };
        self.frames.push(Frame::of(vec![own, excluded]));
        let set = self.assignments(table);
        let filter = self.filter(40);
        self.frames.pop();
        sql!["ON CONFLICT", key, "DO UPDATE", set, filter]
    }

    /// `SET ...`.
    pub(super) fn assignments(&mut self, table: &Table) -> Sql {
        let may = |column: &&Column| column.name != "id" && !is_tenant(table, column);
        let columns: Vec<_> = table.columns.iter().filter(may).cloned().collect();
        let mut items = Vec::new();
        let mut chosen = self.dice.some(&columns, 30).into_iter();
        while let Some(Column { name, ty }) = chosen.next() {
            items.push(match self.dice.below(10) {
                0 => sql![name, "= DEFAULT"],
                1 if self.may_query() => {
                    sql!["(", name, ") = (", self.query_of(&[ty]), "ORDER BY 1 LIMIT 1 )"]
                }
                2 => match chosen.next() {
                    Some(other) => sql![
                        "(",
                        name,
                        ",",
                        other.name,
                        ") = ROW (",
                        self.expr(ty),
                        ",",
                        self.expr(other.ty),
                        ")"
                    ],
                    None => sql![name, "=", self.expr(ty)],
                },
                _ => sql![name, "=", self.expr(ty)],
            });
        }
        if self.dice.percent(6) {
            items.push("id = 60".into());
        }
        if let Some(tenant) = &table.tenant
            && self.dice.percent(2)
        {
            items.push(format!("{} = '{}'", tenant.column, self.schema.tenant(0)).into());
        }
        sql!["SET", Sql::comma(items)]
    }

    /// UPDATE or DELETE, up to its RETURNING.
    fn change(&mut self, delete: bool) -> Option<(Sql, Vec<Rel>)> {
        let target = self.target(if delete { "DELETE FROM" } else { "UPDATE" })?;
        let other = if self.may(35) { self.matching(&target) } else { None };
        let mut rels = vec![target.rel.clone()];
        let (word, joined) = match other {
            Some((from, condition)) => {
                rels.extend(from.rels);
                let word = if delete { "USING" } else { "FROM" };
                (sql![word, from.sql], Some(condition))
            }
            None => (Sql::from(""), None),
        };
        self.frames.push(Frame::of(rels.clone()));
        let set = if delete { Sql::from("") } else { self.assignments(&target.table) };
        let filter = match joined {
            Some(condition) => {
                let more = self.maybe(50, |maker| sql!["AND (", maker.expr(Ty::Bool), ")"]);
                sql!["WHERE", condition, more]
            }
            None => self.filter(80).into(),
        };
        self.frames.pop();
        Some((sql![target.sql, set, word, filter], rels))
    }

    /// Another table, and the condition by which at most one of its rows belongs to each of the
    /// target's.
    pub(super) fn matching(&mut self, target: &Target) -> Option<(From, Sql)> {
        let from = if self.may(25) { self.keyed_query() } else { self.table() };
        if from.rels[0].alias == target.rel.alias {
            return None;
        }
        let ints = target.rel.columns.iter().filter(|column| column.ty == Ty::Int);
        let ints: Vec<_> = ints.cloned().collect();
        let by = target.rel.column(self.dice.pick(&ints));
        let condition = format!("{by} = {}", self.id_of(&from));
        Some((from, condition.into()))
    }

    /// A query with a row for each value of its first column.
    fn keyed_query(&mut self) -> From {
        let inner = self.query_of(&[Ty::Int, Ty::Text]);
        let (name, inside) = (self.name("k"), self.name("i"));
        let columns = self.columns(&name, &[Ty::Int, Ty::Text]);
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let sql = sql![
            "( SELECT x , max ( y ) FROM (",
            inner,
            format!(") AS {inside} ( x , y ) GROUP BY x ) AS {name} ( {} )", names.join(" , "))
        ];
        From::named(sql, Rel::new(name, columns))
    }
}

pub(super) fn is_tenant(table: &Table, column: &Column) -> bool {
    table.tenant.as_ref().is_some_and(|tenant| tenant.column == column.name)
}
