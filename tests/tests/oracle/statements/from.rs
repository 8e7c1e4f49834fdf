use super::Maker;
use super::scope::{Frame, Rel};
use crate::schema::{Column, Table};
use crate::tree::{Mark, Place, Sql, sql};
use crate::ty::Ty;

/// A FROM clause, or a part of one.
pub(super) struct From {
    pub(super) sql: Sql,
    pub(super) rels: Vec<Rel>,
    /// The columns that its `*` has, as a join sees them.
    pub(super) columns: Vec<Column>,
    /// Columns that USING has merged.
    pub(super) merged: Vec<Column>,
    /// Where it is one table alone, without a sample.
    pub(super) place: Option<Place>,
}

impl From {
    /// What has one name.
    pub(super) fn named(sql: Sql, rel: Rel) -> Self {
        let columns = rel.columns.clone();
        Self { sql: sql.source(), rels: vec![rel], columns, merged: Vec::new(), place: None }
    }

    pub(super) fn frame(&self) -> Frame {
        Frame { merged: self.merged.clone(), ..Frame::of(self.rels.clone()) }
    }

    /// Every column by its qualified name.
    fn names(&self) -> Vec<(String, Ty)> {
        let of = |rel: &Rel| {
            rel.columns.iter().map(|column| (rel.column(column), column.ty)).collect::<Vec<_>>()
        };
        self.rels.iter().flat_map(of).collect()
    }

    /// Whether each of its columns has a name of its own.
    fn is_plain(&self) -> bool {
        let mut names: Vec<_> = self.columns.iter().map(|column| &column.name).collect();
        names.sort();
        names.windows(2).all(|pair| pair[0] != pair[1])
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    Inner,
    Left,
    Right,
    Full,
    Cross,
}

impl Maker<'_> {
    pub(super) fn from(&mut self) -> From {
        let beside = self.beside.len();
        let from = self.joined();
        let mut items = vec![from.sql];
        let (mut rels, mut columns) = (from.rels, from.columns);
        let (mut merged, mut place) = (from.merged, from.place);
        while self.may(15) && items.len() < 3 {
            let next = if self.may(30) { self.lateral(&rels) } else { self.joined() };
            // Whether a merged name is one column's only depends on all that stands here.
            (merged, place) = (Vec::new(), None);
            items.push(next.sql);
            rels.extend(next.rels);
            columns.extend(next.columns);
        }
        self.beside.truncate(beside);
        From { sql: Sql::comma(items), rels, columns, merged, place }
    }

    fn joined(&mut self) -> From {
        let mut left = self.item();
        for _ in 0..3 {
            if !self.may(38) {
                break;
            }
            left = self.join(left);
        }
        left
    }

    fn join(&mut self, left: From) -> From {
        let joined = self.join_plain(left);
        let joined = From { sql: joined.sql.source(), ..joined };
        if self.dice.percent(6) { self.join_alias(joined) } else { joined }
    }

    fn join_plain(&mut self, left: From) -> From {
        let kind = self.dice.weighed(&[
            (4, Join::Inner),
            (4, Join::Left),
            (2, Join::Right),
            (3, Join::Full),
            (1, Join::Cross),
        ]);
        let may_look_left = matches!(kind, Join::Inner | Join::Left | Join::Cross);
        let right = if may_look_left && self.may(15) {
            self.lateral(&left.rels)
        } else if self.may(12) {
            let inner = self.item();
            let joined = self.join_plain(inner);
            From { sql: sql!["(", joined.sql, ")"], ..joined }
        } else {
            self.item()
        };
        self.fuel -= 1;
        let word = match kind {
            Join::Inner => *self.dice.pick(&["JOIN", "INNER JOIN"]),
            Join::Left => "LEFT JOIN",
            Join::Right => *self.dice.pick(&["RIGHT JOIN", "RIGHT OUTER JOIN"]),
            Join::Full => "FULL JOIN",
            Join::Cross => "CROSS JOIN",
        };
        if kind != Join::Cross && left.is_plain() && right.is_plain() && self.dice.percent(30) {
            return self.join_by_names(left, right, word);
        }
        let (sql, rels) = self.join_by_condition(&left, &right, kind, word);
        let columns = [left.columns, right.columns].concat();
        From { sql, rels, columns, merged: Vec::new(), place: None }
    }

    fn join_by_condition(
        &mut self,
        left: &From,
        right: &From,
        kind: Join,
        word: &str,
    ) -> (Sql, Vec<Rel>) {
        let rels = [left.rels.clone(), right.rels.clone()].concat();
        let marked = right.sql.clone();
        let apart = kind == Join::Cross || right.place.is_none();
        let marked = if apart { marked } else { marked.mark(Mark::Right) };
        let mut sql = vec![left.sql.clone(), word.into(), marked];
        if kind != Join::Cross {
            let equal = self.equality(&left.names(), &right.names());
            // A full join needs something that can be hashed.
            let condition = match equal {
                None if kind == Join::Full => "true".into(),
                Some(equal) if kind == Join::Full || self.dice.percent(60) => equal,
                equal => {
                    self.frames.push(Frame::of(rels.clone()));
                    let more = self.expr(Ty::Bool);
                    self.frames.pop();
                    match equal {
                        Some(equal) if self.dice.percent(70) => sql![equal, "AND (", more, ")"],
                        Some(_) | None => more,
                    }
                }
            };
            sql.push(sql!["ON", condition].mark(Mark::On(right.place.clone())));
        }
        (Sql::All(sql), rels)
    }

    /// NATURAL, or USING.
    fn join_by_names(&mut self, left: From, right: From, word: &str) -> From {
        let shared = |column: &&Column| right.columns.contains(column);
        let common: Vec<Column> = left.columns.iter().filter(shared).cloned().collect();
        let clash = left.columns.iter().any(|column| {
            let same = |one: &Column| one.name == column.name && one.ty != column.ty;
            right.columns.iter().any(same)
        });
        if common.is_empty() || clash {
            return From {
                sql: sql![left.sql, "CROSS JOIN", right.sql],
                merged: Vec::new(),
                rels: [left.rels, right.rels].concat(),
                columns: [left.columns, right.columns].concat(),
                place: None,
            };
        }
        let natural = self.dice.percent(40);
        let by = if natural { common } else { self.dice.some(&common, 30) };
        let sql = if natural {
            sql![left.sql, "NATURAL", word, right.sql]
        } else {
            let names: Vec<_> = by.iter().map(|column| column.name.as_str()).collect();
            sql![left.sql, word, right.sql, "USING (", names.join(" , "), ")"]
        };
        let is_rest = |column: &Column| !by.contains(column);
        let rest: Vec<_> = left.columns.into_iter().chain(right.columns).filter(is_rest).collect();
        let columns = [by.clone(), rest].concat();
        From { sql, rels: [left.rels, right.rels].concat(), columns, merged: by, place: None }
    }

    /// `( ... ) AS j ( ... )`: nothing inside can be named any more.
    fn join_alias(&mut self, joined: From) -> From {
        let alias = self.name("j");
        let named = |(number, column): (usize, Column)| Column {
            name: format!("{alias}_{number}"),
            ty: column.ty,
        };
        let columns: Vec<_> = joined.columns.into_iter().enumerate().map(named).collect();
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let sql = sql!["(", joined.sql, ") AS", format!("{alias} ( {} )", names.join(" , "))];
        From::named(sql, Rel::new(alias, columns))
    }

    /// A table, a view, a common table expression, a query, VALUES.
    fn item(&mut self) -> From {
        self.fuel -= 1;
        if !self.ctes.is_empty() && self.dice.percent(40) {
            return self.cte();
        }
        match self.dice.below(20) {
            0..=2 if self.fuel > 0 => self.derived(""),
            3 => self.function(""),
            4 if !self.schema.views.is_empty() => self.view(),
            _ => self.table(),
        }
    }

    /// What can name what stands before it.
    fn lateral(&mut self, before: &[Rel]) -> From {
        self.frames.push(Frame::of(before.to_vec()));
        let item = match self.dice.below(3) {
            0 => self.function("LATERAL"),
            _ => self.derived("LATERAL"),
        };
        self.frames.pop();
        item
    }

    pub(super) fn table(&mut self) -> From {
        let number = self.dice.below(self.schema.tables.len());
        self.table_numbered(number)
    }

    pub(super) fn table_numbered(&mut self, number: usize) -> From {
        let table = &self.schema.tables[number];
        let (columns, mut table) = (table.columns.clone(), table.clone());
        if self.dice.percent(5) {
            let member = self.dice.pick(&table.members()).clone();
            table = table.renamed(&member);
        }
        let mut text = self.reference(&table);
        match self.dice.below(40) {
            0 => text = format!("ONLY {text}"),
            1 => text = format!("{text} *"),
            _ => {}
        }
        let tenant = table.tenant.as_ref().map(|tenant| tenant.column.clone());
        let bare = table.bare.clone();
        let system = tenant.is_some();
        let (alias, mut rel) = self.alias(&bare, columns);
        rel.table = system.then_some(number);
        rel.trapped = !alias.contains('(');
        let sample = self.sample();
        let tenant = tenant.map(|column| (column, rel.columns[0].name.clone()));
        let place = Place { alias: rel.alias.clone(), bare: alias.is_empty(), tenant };
        let sql = sql![Sql::from(text).mark(Mark::Table(place.clone())), alias, sample];
        From { place: Some(place), ..From::named(sql, rel) }
    }

    /// A table's name, with its schema where a common table expression hides it.
    pub(super) fn reference(&mut self, table: &Table) -> String {
        let hidden = self.ctes.iter().any(|cte| cte.alias == table.name);
        let qualified = table.name.contains('.');
        if !qualified && (hidden || self.dice.percent(10)) {
            return format!("public.{}", table.name);
        }
        table.name.clone()
    }

    fn sample(&mut self) -> Option<Sql> {
        if !self.dice.percent(2) {
            return None;
        }
        let samples = [
            "TABLESAMPLE BERNOULLI (100)",
            "TABLESAMPLE SYSTEM (100)",
            "TABLESAMPLE BERNOULLI (50) REPEATABLE (7)",
        ];
        Some((*self.dice.pick(&samples)).into())
    }

    /// An alias and what it names, or none where the name itself will do.
    fn alias(&mut self, bare: &str, mut columns: Vec<Column>) -> (String, Rel) {
        if self.is_free(bare) && self.dice.percent(30) {
            self.beside.push(bare.into());
            return (String::new(), Rel::new(bare, columns));
        }
        let names: Vec<_> = self.schema.tables.iter().map(|table| table.bare.clone()).collect();
        let other = self.dice.pick(&names).clone();
        let alias = if other != bare && self.is_free(&other) && self.dice.percent(12) {
            other
        } else {
            self.name("t")
        };
        self.beside.push(alias.clone());
        let mut list = String::new();
        if self.dice.percent(10) {
            let count = 1 + self.dice.below(columns.len());
            let prefix = alias.replace('"', "");
            for (number, column) in columns.iter_mut().enumerate().take(count) {
                column.name = format!("\"{prefix}_{number}\"");
            }
            let names: Vec<_> = columns.iter().take(count).map(|c| c.name.as_str()).collect();
            list = format!("( {} )", names.join(" , "));
        }
        (format!("AS {alias} {list}"), Rel::new(alias, columns))
    }

    fn view(&mut self) -> From {
        let view = self.dice.pick(&self.schema.views).clone();
        let (alias, rel) = self.alias(&view.name, view.columns);
        From::named(sql![view.name, alias], rel)
    }

    fn cte(&mut self) -> From {
        let cte = self.dice.pick(&self.ctes).clone();
        let (alias, rel) = self.alias(&cte.alias, cte.columns);
        // Its own name is never free: it is in scope.
        From::named(sql![cte.alias, alias], rel)
    }

    /// A query, or VALUES, as an item.
    fn derived(&mut self, lateral: &str) -> From {
        let types = self.types();
        let query = match self.dice.below(16) {
            0 | 1 => self.values(&types),
            2 if self.may_lock => self.locked(&types),
            _ => self.query_of(&types),
        };
        let name = self.name("d");
        let columns = self.columns(&name, &types);
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let alias = format!("AS {name} ( {} )", names.join(" , "));
        From::named(sql![lateral, "(", query, ")", alias], Rel::new(name, columns))
    }

    pub(super) fn columns(&self, prefix: &str, types: &[Ty]) -> Vec<Column> {
        let named =
            |(number, ty): (usize, &Ty)| Column { name: format!("{prefix}_{number}"), ty: *ty };
        types.iter().enumerate().map(named).collect()
    }

    /// Types for a few columns.
    pub(super) fn types(&mut self) -> Vec<Ty> {
        (0..1 + self.dice.below(3)).map(|_| *self.dice.pick(&crate::ty::ALL)).collect()
    }

    fn function(&mut self, lateral: &str) -> From {
        let name = self.name("f");
        let column = |suffix: &str, ty| Column { name: format!("{name}_{suffix}"), ty };
        let series =
            |maker: &mut Self| sql!["generate_series ( 1 , ((", maker.expr(Ty::Int), ") % 4 ) )"];
        let (sql, columns) = match self.dice.below(3) {
            0 => (sql![series(self)], vec![column("x", Ty::Int)]),
            1 => {
                let unnest = sql!["unnest (", self.expr(Ty::Ints), ") WITH ORDINALITY"];
                (unnest, vec![column("x", Ty::Int), column("o", Ty::Big)])
            }
            _ => {
                let both =
                    sql!["ROWS FROM (", series(self), ", unnest (", self.expr(Ty::Ints), ") )"];
                (both, vec![column("x", Ty::Int), column("y", Ty::Int)])
            }
        };
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let alias = format!("AS {name} ( {} )", names.join(" , "));
        let scalar = columns.len() == 1;
        From::named(sql![lateral, sql, alias], Rel { scalar, ..Rel::new(name, columns) })
    }
}
