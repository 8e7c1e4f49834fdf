use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::index::Uniform;
use super::scope::{Typed, string};
use super::types::{self, Ty, XID, base, may_coerce};
use super::{Callee, MissingKind, Resolver, Via};
use crate::catalog::{Function, Oid, Operator, TypeKind};
use crate::{QualifiedName, Standing};

impl<'a> Resolver<'a> {
    /// A call: its type, and the functions that it can mean.
    pub(super) fn call(&mut self, call: &'a p::FuncCall) -> (Typed, Vec<&'a Function>) {
        self.calls += 1;
        let mut arguments = Vec::new();
        let mut names: Vec<&'a str> = Vec::new();
        for argument in &call.args {
            if let Some(NodeEnum::NamedArgExpr(named)) = &argument.node {
                names.push(&named.name);
            }
            arguments.push(self.expression(argument).ty);
        }
        let sorted = self.sort(&call.agg_order);
        if call.agg_within_group {
            // An ordered-set aggregate takes them as arguments.
            arguments.extend(sorted);
        }
        self.optional(call.agg_filter.as_deref());
        if let Some(over) = &call.over {
            self.window(over);
        }
        let given = Given { arguments: &arguments, names: &names, spread: call.func_variadic };
        self.functions(&call.funcname, &given)
    }

    /// A call for each argument by itself.
    pub(super) fn unnest_each(&mut self, call: &'a p::FuncCall) {
        self.calls += 1;
        for argument in &call.args {
            let arguments = [self.expression(argument).ty];
            let given = Given { arguments: &arguments, names: &[], spread: false };
            self.functions(&call.funcname, &given);
        }
    }

    fn functions(&mut self, name: &'a [p::Node], given: &Given<'_>) -> (Typed, Vec<&'a Function>) {
        let Some(name) = parts(name) else {
            self.refuse("FuncCall");
            return (Typed::UNKNOWN, Vec::new());
        };
        let mut all: Vec<&'a Function> = Vec::new();
        for function in self.catalog.functions_named(name.0, name.1) {
            let hidden = all.iter().any(|one| {
                one.arguments == function.arguments
                    && one.variadic == function.variadic
                    && one.arguments.len() == given.arguments.len()
                    && one.variadic == Oid::NONE
            });
            if !hidden && given.fits(function, self) {
                all.push(function);
            }
        }
        self.spend(all.len());
        if all.iter().any(|one| given.is_exactly(one)) {
            all.retain(|one| given.is_exactly(one));
        }
        for function in &all {
            self.note_function(function, Via::Call);
        }
        let mut results = Uniform::None;
        all.iter().for_each(|one| results.add(one.returns));
        let mut ty = results.ty(self.catalog);
        if let [argument] = given.arguments
            && given.names.is_empty()
        {
            if !all.iter().any(|one| given.is_exactly(one)) {
                ty = self.cast_or_column(name, *argument, ty, &all);
            }
        } else if all.is_empty() {
            self.missing(MissingKind::Function, name.0, name.1);
        }
        let ty = self.see(ty);
        (ty.into(), all)
    }

    /// What `name(x)` may mean besides these functions: `x::name`, or `x.name`.
    fn cast_or_column(
        &mut self,
        (schema, name): (Option<&str>, &str),
        argument: Ty,
        ty: Ty,
        functions: &[&Function],
    ) -> Ty {
        let target = self.catalog.type_named(schema, name).map(|target| target.oid);
        if let Some(target) = target {
            self.explicit_cast(argument, target);
        }
        let row = match argument {
            Ty::Of(oid) => self.catalog.type_of(base(self.catalog, oid)),
            Ty::Literal | Ty::Unknown => None,
        };
        let columns = row.and_then(|row| self.catalog.relation(row.relation));
        let is_column = columns.is_some_and(|columns| columns.column(name).is_some());
        if functions.is_empty() && target.is_none() && !is_column {
            self.missing(MissingKind::Function, schema, name);
        }
        let may_be_row = match argument {
            Ty::Literal => false,
            Ty::Unknown => true,
            Ty::Of(_) => row.is_none_or(|one| one.relation != Oid::NONE),
        };
        let takes_all = |one: &&Function| {
            let first = one.arguments.first().and_then(|oid| self.catalog.type_of(*oid));
            first.is_some_and(|first| first.kind == TypeKind::Pseudo)
        };
        match target.map(|target| Ty::declared(self.catalog, target)) {
            Some(result) if functions.is_empty() || ty == result => result,
            Some(_) => Ty::Unknown,
            None if may_be_row && !functions.iter().all(takes_all) => Ty::Unknown,
            None => ty,
        }
    }

    /// Every function of a name, whatever it takes: the method of a TABLESAMPLE.
    pub(super) fn named_functions(&mut self, name: &'a [p::Node]) {
        let Some((schema, name)) = parts(name) else { return self.refuse("TABLESAMPLE") };
        let mut found = false;
        for function in self.catalog.functions_named(schema, name) {
            self.note_function(function, Via::Call);
            found = true;
        }
        if !found {
            self.missing(MissingKind::Function, schema, name);
        }
    }

    /// An operator by its name as it stands in the tree, and the type of its result.
    pub(super) fn operator(&mut self, name: &'a [p::Node], left: Option<Ty>, right: Ty) -> Ty {
        match parts(name) {
            Some((None, name)) => self.operator_named(name, left, right),
            Some((Some(schema), name)) => self.operator_of(schema, name, left, right),
            None => {
                self.refuse("A_Expr");
                Ty::Unknown
            }
        }
    }

    /// An operator without a schema.
    pub(super) fn operator_named(&mut self, name: &str, left: Option<Ty>, right: Ty) -> Ty {
        let index = self.model.index();
        let Some(known) = index.operators(name) else {
            self.missing(MissingKind::Operator, None, name);
            return Ty::Unknown;
        };
        if let Some((oid, result)) =
            operands(left, right).and_then(|(left, right)| known.exact(left, right))
        {
            if let Some(one) = self.catalog.operator(oid) {
                self.note_operator(one);
            }
            return Ty::declared(self.catalog, result);
        }
        if !known.foreign && self.candidates.is_none() {
            return known.uniform(left.is_none()).ty(self.catalog);
        }
        let all = known.all.iter().filter_map(|oid| self.catalog.operator(*oid));
        self.fitting_operators(all.collect(), left, right).ty(self.catalog)
    }

    fn operator_of(&mut self, schema: &'a str, name: &str, left: Option<Ty>, right: Ty) -> Ty {
        let all: Vec<_> = self.catalog.operators_named(Some(schema), name).collect();
        let exact = operands(left, right)
            .and_then(|types| all.iter().find(|one| (one.left, one.right) == types).copied());
        match exact {
            Some(one) => {
                self.note_operator(one);
                Ty::declared(self.catalog, one.result)
            }
            None => {
                let results = self.fitting_operators(all, left, right);
                if matches!(results, Uniform::None) {
                    self.missing(MissingKind::Operator, Some(schema), name);
                }
                results.ty(self.catalog)
            }
        }
    }

    fn fitting_operators(&mut self, all: Vec<&Operator>, left: Option<Ty>, right: Ty) -> Uniform {
        self.spend(all.len());
        let mut results = Uniform::None;
        for one in all {
            let fits = match left {
                Some(left) => one.left != Oid::NONE && may_coerce(self.catalog, left, one.left),
                None => one.left == Oid::NONE,
            };
            if fits && may_coerce(self.catalog, right, one.right) {
                self.note_operator(one);
                results.add(one.result);
            }
        }
        results
    }

    /// PostgreSQL's own operators run reviewed functions only; a test holds that.
    fn note_operator(&mut self, one: &Operator) {
        if &*one.schema != "pg_catalog" || self.candidates.is_some() {
            match self.catalog.function(one.function) {
                Some(function) => self.note_function(function, Via::Operator),
                None => self.refuse("an operator without a function"),
            }
        }
    }

    /// Notes a function that may be called.
    pub(super) fn note_function(&mut self, function: &Function, via: Via) {
        if let Some(all) = &mut self.candidates
            && !all.contains(&function.oid)
        {
            all.push(function.oid);
        }
        let name =
            QualifiedName { schema: Some(function.schema.clone()), name: function.name.clone() };
        let mut standing = Standing::of(&name);
        // Of two arguments it runs a query that is held in a string (S127).
        if &*function.name == "ts_rewrite" && function.arguments.len() == 2 {
            standing = Standing::Unreviewed;
        }
        // The next transaction's number counts the writes of all tenants (S105).
        if &*function.name == "age"
            && XID == Ty::Of(function.arguments.first().copied().unwrap_or(Oid::NONE))
        {
            standing = Standing::Unreviewed;
        }
        if standing != Standing::Reviewed {
            self.add_callee(Callee {
                oid: function.oid,
                name,
                standing,
                via,
                extension: function.extension.clone(),
                security_definer: function.security_definer,
                volatility: function.volatility,
            });
        }
    }

    pub(super) fn add_callee(&mut self, callee: Callee) {
        self.spend(self.reach.callees.len());
        if !self.reach.callees.iter().any(|known| known.oid == callee.oid) {
            self.reach.callees.push(callee);
        }
    }

    /// A type by its name as it stands in the tree.
    pub(super) fn type_name(&mut self, name: &'a p::TypeName) -> Ty {
        let Some((schema, known)) = parts(&name.names) else {
            self.refuse("TypeName");
            return Ty::Unknown;
        };
        let Some(found) = self.catalog.type_named(schema, known) else {
            self.missing(MissingKind::Type, schema, known);
            return Ty::Unknown;
        };
        let ty = Ty::declared(self.catalog, found.oid);
        if name.setof || name.pct_type {
            Ty::Unknown
        } else if name.array_bounds.is_empty() {
            ty
        } else {
            types::array_of(self.catalog, ty)
        }
    }
}

/// What a call was given.
struct Given<'g> {
    arguments: &'g [Ty],
    names: &'g [&'g str],
    /// Whether the last was given with VARIADIC.
    spread: bool,
}

impl Given<'_> {
    /// Whether the function could be meant.
    fn fits(&self, function: &Function, resolver: &Resolver<'_>) -> bool {
        if !takes(function, self.arguments.len()) {
            return false;
        }
        let known = function.names.as_deref().unwrap_or_default();
        if !self.names.iter().all(|name| known.iter().any(|one| **one == **name)) {
            return false;
        }
        let positional = self.arguments.len() - self.names.len().min(self.arguments.len());
        self.arguments.iter().take(positional).enumerate().all(|(at, ty)| {
            match self.parameter(function, at) {
                Some(parameter) => may_coerce(resolver.catalog, *ty, parameter),
                None => true,
            }
        })
    }

    /// The type of the parameter at a place; `None` where it could be of any.
    fn parameter(&self, function: &Function, at: usize) -> Option<Oid> {
        let last = function.arguments.len().checked_sub(1)?;
        let repeated = function.variadic != Oid::NONE && at >= last;
        if repeated { None } else { function.arguments.get(at).copied() }
    }

    /// Whether PostgreSQL takes the function without looking at others: its parameters are of
    /// the very types of the arguments.
    fn is_exactly(&self, function: &Function) -> bool {
        let same = |(at, ty): (usize, &Ty)| {
            let last = function.arguments.len().saturating_sub(1);
            let parameter = match function.arguments.get(at) {
                Some(_) if function.variadic != Oid::NONE && !self.spread && at >= last => {
                    Some(function.variadic)
                }
                Some(parameter) => Some(*parameter),
                None => Some(function.variadic),
            };
            matches!((ty, parameter), (Ty::Of(ty), Some(parameter)) if *ty == parameter)
        };
        self.names.is_empty() && self.arguments.iter().enumerate().all(same)
    }
}

/// Whether a function can be called with so many arguments.
pub(super) fn takes(function: &Function, given: usize) -> bool {
    let all = function.arguments.len();
    given == all
        || (given < all && given + usize::from(function.defaults) >= all)
        || (function.variadic != Oid::NONE && given + 1 + usize::from(function.defaults) >= all)
}

/// The schema and the last part of a name.
fn parts(names: &[p::Node]) -> Option<(Option<&str>, &str)> {
    match names {
        [name] => Some((None, string(name)?)),
        [.., schema, name] => Some((Some(string(schema)?), string(name)?)),
        [] => None,
    }
}

/// The types by which an operator is looked up first: a constant without a type is taken for
/// one of the other operand's type.
fn operands(left: Option<Ty>, right: Ty) -> Option<(Oid, Oid)> {
    match (left, right) {
        (None, Ty::Of(right)) => Some((Oid::NONE, right)),
        (Some(Ty::Of(left)), Ty::Of(right)) => Some((left, right)),
        (Some(Ty::Of(one)), Ty::Literal) | (Some(Ty::Literal), Ty::Of(one)) => Some((one, one)),
        _ => None,
    }
}
