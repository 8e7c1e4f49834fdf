//! The kinds of nodes that reach something, that have a scope, or that are rewritten.

use pg_query::protobuf as p;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::TenantType;

use super::asked::{self, Asked};
use super::values::{Values as _, holds_values, walk_read};
use super::{Walk, Walker, number};
use crate::facts::{Function, QualifiedName, Relation, SettingUse};
use crate::{Standing, constant};

impl Walk for p::RangeVar {
    /// A relation that is read, unless it names a common table expression in scope: as in
    /// PostgreSQL, only a name without a schema can.
    fn walk(&mut self, walker: &mut Walker) {
        let named = self.schemaname.is_empty() && walker.ctes.contains(&self.relname);
        if !named {
            note_relation(self, false, walker);
        }
        walk_range_var(self, walker);
    }
}

/// The target of a write, which never is a common table expression.
fn walk_target(target: &mut Option<p::RangeVar>, walker: &mut Walker) {
    walker.note(|facts| facts.writes = true);
    if let Some(relation) = target {
        note_relation(relation, true, walker);
        walk_range_var(relation, walker);
    }
}

fn walk_range_var(relation: &mut p::RangeVar, walker: &mut Walker) {
    let p::RangeVar {
        catalogname: _,
        schemaname: _,
        relname: _,
        inh: _,
        relpersistence: _,
        alias,
        location,
    } = relation;
    alias.walk(walker);
    *location = 0;
}

fn note_relation(relation: &p::RangeVar, written: bool, walker: &mut Walker) {
    let schema = Some(relation.schemaname.as_str()).filter(|schema| !schema.is_empty());
    walker.note(|facts| {
        let name = QualifiedName {
            schema: schema.map(Into::into),
            name: relation.relname.as_str().into(),
        };
        facts.relations.push(Relation { name, written });
    });
}

/// Brings the common table expressions of a WITH into scope, as PostgreSQL does: each sees
/// those before it, or, in WITH RECURSIVE, all of them.
fn walk_with(with: &mut Option<p::WithClause>, walker: &mut Walker) {
    let Some(p::WithClause { ctes, recursive, location }) = with else { return };
    *location = 0;
    let names: Vec<String> = ctes
        .iter()
        .filter_map(|node| match &node.node {
            Some(NodeEnum::CommonTableExpr(cte)) => Some(cte.ctename.clone()),
            _ => None,
        })
        .collect();
    if names.len() != ctes.len() {
        walker.unknown("WithClause");
    }
    if *recursive {
        names.into_iter().for_each(|name| walker.ctes.push(name));
        ctes.walk(walker);
    } else {
        for (cte, name) in ctes.iter_mut().zip(names) {
            cte.walk(walker);
            walker.ctes.push(name);
        }
    }
}

impl Walk for p::SelectStmt {
    fn walk(&mut self, walker: &mut Walker) {
        let outer = walker.ctes.len();
        let Self {
            distinct_clause,
            into_clause,
            target_list,
            from_clause,
            where_clause,
            group_clause,
            group_distinct: _,
            having_clause,
            window_clause,
            values_lists,
            sort_clause,
            limit_offset,
            limit_count,
            limit_option: _,
            locking_clause,
            with_clause,
            op: _,
            all: _,
            larg,
            rarg,
        } = self;
        if into_clause.is_some() {
            walker.unknown("IntoClause");
        }
        walk_with(with_clause, walker);
        larg.walk(walker);
        rarg.walk(walker);
        distinct_clause.walk(walker);
        target_list.walk(walker);
        from_clause.walk(walker);
        where_clause.walk(walker);
        group_clause.walk(walker);
        having_clause.walk(walker);
        window_clause.walk(walker);
        values_lists.walk_values(walker);
        sort_clause.walk(walker);
        limit_offset.walk_values(walker);
        limit_count.walk_values(walker);
        locking_clause.walk(walker);
        walker.ctes.truncate(outer);
    }
}

impl Walk for p::InsertStmt {
    fn walk(&mut self, walker: &mut Walker) {
        let outer = walker.ctes.len();
        let Self {
            relation,
            cols,
            select_stmt,
            on_conflict_clause,
            returning_clause,
            with_clause,
            r#override: _,
        } = self;
        walk_with(with_clause, walker);
        walk_target(relation, walker);
        cols.walk(walker);
        select_stmt.walk(walker);
        on_conflict_clause.walk(walker);
        returning_clause.walk(walker);
        walker.ctes.truncate(outer);
    }
}

impl Walk for p::UpdateStmt {
    fn walk(&mut self, walker: &mut Walker) {
        let outer = walker.ctes.len();
        let Self {
            relation,
            target_list,
            where_clause,
            from_clause,
            returning_clause,
            with_clause,
        } = self;
        walk_with(with_clause, walker);
        walk_target(relation, walker);
        target_list.walk(walker);
        where_clause.walk(walker);
        from_clause.walk(walker);
        returning_clause.walk(walker);
        walker.ctes.truncate(outer);
    }
}

impl Walk for p::DeleteStmt {
    fn walk(&mut self, walker: &mut Walker) {
        let outer = walker.ctes.len();
        let Self { relation, using_clause, where_clause, returning_clause, with_clause } = self;
        walk_with(with_clause, walker);
        walk_target(relation, walker);
        using_clause.walk(walker);
        where_clause.walk(walker);
        returning_clause.walk(walker);
        walker.ctes.truncate(outer);
    }
}

impl Walk for p::MergeStmt {
    fn walk(&mut self, walker: &mut Walker) {
        let outer = walker.ctes.len();
        let Self {
            relation,
            source_relation,
            join_condition,
            merge_when_clauses,
            returning_clause,
            with_clause,
        } = self;
        walk_with(with_clause, walker);
        walk_target(relation, walker);
        source_relation.walk(walker);
        join_condition.walk(walker);
        merge_when_clauses.walk(walker);
        returning_clause.walk(walker);
        walker.ctes.truncate(outer);
    }
}

impl Walk for p::CopyStmt {
    fn walk(&mut self, walker: &mut Walker) {
        let Self {
            relation,
            query,
            attlist,
            is_from,
            is_program: _,
            filename: _,
            options,
            where_clause,
        } = self;
        if *is_from {
            walk_target(relation, walker);
        } else {
            relation.walk(walker);
        }
        query.walk(walker);
        attlist.walk(walker);
        options.walk(walker);
        where_clause.walk(walker);
    }
}

impl Walk for p::DefElem {
    fn walk(&mut self, walker: &mut Walker) {
        spell_out_header(self, walker);
        let Self { defnamespace: _, defname: _, arg, defaction: _, location, arg_location } = self;
        arg.walk(walker);
        (*location, *arg_location) = (0, 0);
    }
}

/// `CSV HEADER` and `HEADER 1` deparse as `HEADER TRUE`, which has another tree.
fn spell_out_header(option: &mut p::DefElem, walker: &mut Walker) {
    let Some(p::Node { node: Some(value) }) = option.arg.as_deref_mut() else { return };
    if option.defname != "header" || !walker.judging() {
        return;
    }
    let yes = match value {
        NodeEnum::Boolean(value) => value.boolval,
        NodeEnum::Integer(value) => value.ival == 1,
        _ => return,
    };
    *value = NodeEnum::String(p::String { sval: yes.to_string() });
    walker.rewrote = true;
}

impl Walk for p::LockingClause {
    /// The names after OF are aliases of the same query, not relations of their own.
    fn walk(&mut self, walker: &mut Walker) {
        let Self { locked_rels, strength: _, wait_policy: _ } = self;
        let all = locked_rels.is_empty();
        walker.note(|facts| {
            facts.locks = true;
            facts.locks_all |= all;
        });
        for node in locked_rels {
            match &mut node.node {
                Some(NodeEnum::RangeVar(relation)) => walk_range_var(relation, walker),
                _ => walker.unknown("LockingClause"),
            }
        }
    }
}

impl Walk for p::VariableSetStmt {
    /// What is assigned is read, `INTERVAL '...'` too.
    fn walk(&mut self, walker: &mut Walker) {
        let Self { args, location, kind: _, name: _, jumble_args: _, is_local: _ } = self;
        walk_read(args, walker);
        *location = 0;
    }
}

impl Walk for p::FuncCall {
    fn walk(&mut self, walker: &mut Walker) {
        note_function(&self.funcname, self.args.len(), walker);
        note_setting(self, walker);
        let Self {
            funcname,
            args,
            agg_order,
            agg_filter,
            over,
            agg_within_group: _,
            agg_star: _,
            agg_distinct: _,
            func_variadic: _,
            funcformat: _,
            location,
        } = self;
        if names_setting(funcname) {
            walk_read(args, walker);
        } else {
            args.walk(walker);
        }
        agg_order.walk(walker);
        agg_filter.walk(walker);
        over.walk(walker);
        *location = 0;
    }
}

fn note_function(names: &[p::Node], arguments: usize, walker: &mut Walker) {
    match constant::qualified(names) {
        Some(name) => walker.note(|facts| {
            let standing = Standing::of(&name);
            facts.functions.push(Function { name, arguments, standing });
        }),
        None => walker.unknown("FuncCall"),
    }
}

/// Whether [`note_setting`] reads the constants of the call.
fn names_setting(function: &[p::Node]) -> bool {
    constant::qualified(function)
        .is_some_and(|function| matches!(&*function.name, "set_config" | "current_setting"))
}

/// Notes which setting is read or written, and makes every write end with the transaction: a
/// `set_config` inside a query runs on a pooled server, where nothing may outlive it.
fn note_setting(call: &mut p::FuncCall, walker: &mut Walker) {
    if !walker.judging() {
        return;
    }
    let Some(function) = constant::qualified(&call.funcname) else { return };
    let written = match &*function.name {
        "set_config" => true,
        "current_setting" => false,
        _ => return,
    };
    let postgresqls = matches!(function.schema.as_deref(), None | Some("pg_catalog"));
    if !written
        && postgresqls
        && let [name, ..] = call.args.as_mut_slice()
    {
        match asked::shield(name) {
            Asked::Shielded => return walker.rewrote = true,
            Asked::AlreadyShielded => return,
            Asked::Other => {}
        }
    }
    let name = call.args.first().and_then(constant::text).map(str::to_ascii_lowercase);
    let value = call.args.get(1).and_then(constant::text).filter(|_| written).map(Into::into);
    let known = !written || call.args.len() == 3;
    let name = name.filter(|_| known).map(Into::into);
    walker.note(|facts| facts.settings.push(SettingUse { name, value, written }));
    if written
        && let Some(local) = call.args.get_mut(2)
        && constant::boolean(local) != Some(true)
    {
        *local = constant::truth();
        walker.rewrote = true;
    }
}

/// Notes what stands after a dot: in PostgreSQL `x.f` is `f(x)` where `x` has no column `f`.
fn note_attributes(names: &[p::Node], walker: &mut Walker) {
    for node in names {
        let Some(NodeEnum::String(p::String { sval })) = &node.node else { continue };
        let name = QualifiedName { schema: None, name: sval.as_str().into() };
        let standing = Standing::of(&name);
        let called = Function { name, arguments: 1, standing };
        walker.note(|facts| {
            if sval == "current_setting" {
                let of_any = SettingUse { name: None, value: None, written: false };
                facts.settings.push(of_any);
            } else if standing != Standing::Reviewed {
                facts.attributes.push(called);
            }
        });
    }
}

impl Walk for p::ColumnRef {
    /// Only the last of several names can be a function: those before it are a table, its schema
    /// and its database, which must exist.
    fn walk(&mut self, walker: &mut Walker) {
        if let [_, .., last] = self.fields.as_slice() {
            note_attributes(std::slice::from_ref(last), walker);
        }
        let Self { fields, location } = self;
        fields.walk(walker);
        *location = 0;
    }
}

impl Walk for p::AIndirection {
    fn walk(&mut self, walker: &mut Walker) {
        note_attributes(&self.indirection, walker);
        let Self { arg, indirection } = self;
        arg.walk(walker);
        indirection.walk(walker);
    }
}

impl Walk for p::TypeName {
    fn walk(&mut self, walker: &mut Walker) {
        match constant::qualified(&self.names) {
            Some(name) => walker.note(|facts| facts.types.push(name)),
            None => walker.unknown("TypeName"),
        }
        let Self {
            names,
            type_oid: _,
            setof: _,
            pct_type: _,
            typmods,
            typemod: _,
            array_bounds,
            location,
        } = self;
        let catalog = constant::parts(names).is_some_and(|parts| is_in_catalog(&parts));
        if !typmods.iter().all(|modifier| is_modifier(modifier, catalog)) {
            walker.unknown("TypeName");
        }
        typmods.walk(walker);
        array_bounds.walk(walker);
        *location = 0;
    }
}

fn is_in_catalog(names: &[&str]) -> bool {
    names.first() == Some(&"pg_catalog")
}

/// Whether the deparser can write this modifier: of a type of the grammar's own a constant
/// only, of any other a name too.
fn is_modifier(modifier: &p::Node, catalog: bool) -> bool {
    match &modifier.node {
        Some(NodeEnum::AConst(_)) => true,
        Some(NodeEnum::ColumnRef(_) | NodeEnum::ParamRef(_)) => !catalog,
        _ => false,
    }
}

impl Walk for p::TypeCast {
    fn walk(&mut self, walker: &mut Walker) {
        spell_out_boolean(self, walker);
        let Self { arg, type_name, location } = self;
        if type_name.as_ref().is_some_and(holds_values) {
            arg.walk_values(walker);
        } else {
            arg.walk(walker);
        }
        type_name.walk(walker);
        *location = 0;
    }
}

/// `'t'::bool` deparses as `true`, which has another tree and another column name;
/// `'true'::bool` means the same and stays itself.
fn spell_out_boolean(cast: &mut p::TypeCast, walker: &mut Walker) {
    if !walker.judging() {
        return;
    }
    let boolean = cast
        .type_name
        .as_ref()
        .is_some_and(|to| constant::parts(&to.names).as_deref() == Some(&["pg_catalog", "bool"]));
    let Some(p::Node { node: Some(NodeEnum::AConst(value)) }) = cast.arg.as_deref_mut() else {
        return;
    };
    let Some(Val::Sval(text)) = &mut value.val else { return };
    let long = match text.sval.as_str() {
        "t" => "true",
        "f" => "false",
        _ => return,
    };
    if boolean {
        text.sval = long.into();
        walker.rewrote = true;
    }
}

impl Walk for p::CollateClause {
    fn walk(&mut self, walker: &mut Walker) {
        note_collation(&self.collname, walker);
        let Self { arg, collname: _, location } = self;
        arg.walk(walker);
        *location = 0;
    }
}

fn note_collation(names: &[p::Node], walker: &mut Walker) {
    match constant::qualified(names) {
        Some(name) => walker.note(|facts| facts.collations.push(name)),
        None => walker.unknown("CollateClause"),
    }
}

/// Notes an operator that was written with a schema. Names without one are PostgreSQL's to
/// resolve along the pinned search path.
fn note_operator(names: &[p::Node], walker: &mut Walker) {
    match constant::qualified(names) {
        Some(name) if name.schema.is_some() => walker.note(|facts| facts.operators.push(name)),
        Some(_) => {}
        None => walker.unknown("A_Expr"),
    }
}

impl Walk for p::AExpr {
    fn walk(&mut self, walker: &mut Walker) {
        note_operator(&self.name, walker);
        let Self { kind: _, name: _, lexpr, rexpr, rexpr_list_start, rexpr_list_end, location } =
            self;
        lexpr.walk_values(walker);
        rexpr.walk_values(walker);
        (*rexpr_list_start, *rexpr_list_end, *location) = (0, 0, 0);
    }
}

impl Walk for p::SubLink {
    fn walk(&mut self, walker: &mut Walker) {
        let Self {
            xpr,
            sub_link_type: _,
            sub_link_id: _,
            testexpr,
            oper_name,
            subselect,
            location,
        } = self;
        if !oper_name.is_empty() {
            note_operator(oper_name, walker);
        }
        xpr.walk(walker);
        testexpr.walk(walker);
        subselect.walk(walker);
        *location = 0;
    }
}

impl Walk for p::SortBy {
    fn walk(&mut self, walker: &mut Walker) {
        let Self { node, sortby_dir: _, sortby_nulls: _, use_op, location } = self;
        if !use_op.is_empty() {
            note_operator(use_op, walker);
        }
        node.walk(walker);
        *location = 0;
    }
}

impl Walk for p::IndexElem {
    fn walk(&mut self, walker: &mut Walker) {
        let Self {
            name: _,
            expr,
            indexcolname: _,
            collation,
            opclass,
            opclassopts,
            ordering: _,
            nulls_ordering: _,
        } = self;
        if !collation.is_empty() {
            note_collation(collation, walker);
        }
        if !opclass.is_empty() {
            note_operator(opclass, walker);
        }
        expr.walk(walker);
        opclassopts.walk(walker);
    }
}

impl Walk for p::RangeTableSample {
    /// A sampling method is a function.
    fn walk(&mut self, walker: &mut Walker) {
        let Self { relation, method, args, repeatable, location } = self;
        note_function(method, args.len(), walker);
        relation.walk(walker);
        args.walk(walker);
        repeatable.walk(walker);
        *location = 0;
    }
}

impl Walk for p::AConst {
    fn walk(&mut self, walker: &mut Walker) {
        let Self { isnull: _, location, val } = self;
        *location = 0;
        match val {
            Some(Val::Fval(float)) => float.walk(walker),
            Some(Val::Sval(text)) => {
                let uuids = TenantType::Uuid.keys_in(text.sval.as_bytes());
                walker.note(|facts| facts.uuids.extend(uuids));
            }
            Some(Val::Ival(_) | Val::Boolval(_) | Val::Bsval(_)) | None => {}
        }
    }
}

impl Walk for p::Float {
    /// A number too large for an `int4` keeps its spelling, of which `1_000` and `0xff` mean
    /// something else to a server before version 16 (catalogue S145).
    fn walk(&mut self, walker: &mut Walker) {
        let Self { fval } = self;
        if !walker.judging() || number::is_plain(fval) {
            return;
        }
        match number::plain(fval) {
            Some(plain) => {
                *fval = plain;
                walker.rewrote = true;
            }
            None => walker.unknown("Float"),
        }
    }
}
