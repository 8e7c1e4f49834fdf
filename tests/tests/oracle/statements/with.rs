use super::Maker;
use super::scope::{Frame, Rel};
use crate::tree::{Mark, Sql, sql};
use crate::ty::Ty;

impl Maker<'_> {
    /// `WITH ...`. What it names is in scope from here on; whoever asked for it takes it out.
    pub(super) fn with(&mut self, top: bool) -> Sql {
        if self.dice.percent(25) { self.recursive() } else { self.with_list(top) }
    }

    /// The same, never recursive: MERGE takes no other.
    pub(super) fn with_list(&mut self, top: bool) -> Sql {
        let mut items = Vec::new();
        for _ in 0..1 + self.dice.below(2) {
            let writes = top && self.may(20);
            let (name, body, types) = match writes.then(|| self.written_rows()).flatten() {
                Some((body, types)) => (self.name("w"), body, types),
                None => {
                    let types = self.types();
                    let body = self.query_of(&types);
                    (self.cte_name(), body, types)
                }
            };
            let columns = self.columns(&self.plain(&name), &types);
            let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
            let materialized = *self.dice.pick(&["", "", "MATERIALIZED", "NOT MATERIALIZED"]);
            let materialized = if writes { "" } else { materialized };
            let head = format!("{name} ( {} ) AS {materialized} (", names.join(" , "));
            items.push(sql![head, body.mark(Mark::With), ")"]);
            self.ctes.push(Rel::new(name, columns));
        }
        sql!["WITH", Sql::comma(items)]
    }

    fn plain(&self, name: &str) -> String {
        format!("{}_", name.replace(['"', '.'], "").to_lowercase())
    }

    /// A name of its own, or one that hides a table.
    fn cte_name(&mut self) -> String {
        let tables = self.schema.tables.iter().filter(|table| !table.name.contains('.'));
        let names: Vec<_> = tables.map(|table| table.name.clone()).collect();
        if !names.is_empty() && self.dice.percent(20) {
            let name = self.dice.pick(&names).clone();
            if self.is_free(&name) {
                return name;
            }
        }
        self.name("c")
    }

    /// Rows that follow from rows, three steps at most.
    fn recursive(&mut self) -> Sql {
        let name = self.name("r");
        let ty = *self.dice.pick(&[Ty::Int, Ty::Big, Ty::Bool, Ty::Date]);
        let types = [Ty::Int, ty];
        let columns = self.columns(&name, &types);
        let first = self.query_of(&types);
        let first_name = self.name("i");
        let cast = ty.name();
        let base = sql![
            "SELECT 1 , ( y ) ::",
            cast,
            "FROM (",
            first,
            format!(") AS {first_name} ( x , y )")
        ];
        let step = self.recursive_step(&name, &columns[0].name, ty);
        let all = *self.dice.pick(&["UNION", "UNION ALL"]);
        let tail = match self.dice.below(8) {
            0 => format!("SEARCH DEPTH FIRST BY {0} SET {name}_seq", columns[1].name),
            1 => format!("CYCLE {0} SET {name}_cycle USING {name}_path", columns[1].name),
            _ => String::new(),
        };
        let head =
            format!("WITH RECURSIVE {name} ( {} , {} ) AS (", columns[0].name, columns[1].name);
        let body = sql![base, all, step].mark(Mark::With);
        self.ctes.push(Rel::new(name, columns));
        sql![head, body, ")", tail]
    }

    fn recursive_step(&mut self, name: &str, depth: &str, ty: Ty) -> Sql {
        let mut table = self.table();
        let rel = Rel::new(
            name,
            vec![
                crate::schema::Column { name: depth.into(), ty: Ty::Int },
                crate::schema::Column { name: format!("{name}_1"), ty },
            ],
        );
        let rows = rel.clone();
        table.rels.push(rel);
        self.frames.push(Frame::of(table.rels.clone()));
        // Few branches: a step goes on with rows of one id only.
        let id = table.rels[0].columns.iter().find(|column| column.ty == Ty::Int);
        let joined = match id {
            Some(id) => format!("{} = {name}.{depth}", table.rels[0].column(id)),
            None => "true".into(),
        };
        let value = self.leaf(ty);
        let more = self.maybe(30, |maker| sql!["AND (", maker.expr(Ty::Bool), ")"]);
        self.frames.pop();
        let depth = rows.column(&rows.columns[0]);
        sql![
            format!("SELECT {depth} + 1 , ("),
            value,
            ") ::",
            ty.name(),
            "FROM",
            name,
            ",",
            table.sql,
            format!("WHERE {depth} < 4 AND {joined}"),
            more
        ]
    }
}
