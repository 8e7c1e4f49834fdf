//! What was judged of one text, for all texts that differ from it in nothing but values.
//!
//! ```text
//! text ------ scan -> shape: the tokens without their literals -+-> key -> template
//!                     literals: 17, 'x' ------------------------|-----------+
//!                                                               v           v
//!                     canonical text <- scan: same tokens, same values <- written anew
//! ```
//!
//! INVARIANT (what runs is what was judged): PostgreSQL's grammar reads kinds of tokens, and
//! takes the values of those literals that a template leaves open into the tree unread. So the
//! text parses to the judged tree with other values in it, and so does the canonical text that is
//! written of it, whose tokens are read again and must be the judged ones with these values.
//! On any doubt there is no template, or it doesn't fit: the text is parsed.

mod literal;
mod shape;

use std::sync::{Arc, OnceLock};

use septum_core::{TenantId, TenantType};

use crate::tree::Constant;
use crate::{Facts, Kind, Statement};

use literal::{Class, Literal};
use shape::Cut;
pub use shape::Shape;

/// A text of more literals, or statements, makes no template: they are looked for one by one, and
/// it is unlikely to come again with as many.
const MOST_LITERALS: usize = 256;

/// The statements of a judged text, without the values in it.
#[derive(Debug)]
pub struct Template {
    parts: Box<[Part]>,
    pinned: Box<[usize]>,
}

#[derive(Debug)]
struct Part {
    kind: Kind,
    /// Those of the text, but for the uuids in its values.
    facts: Arc<Facts>,
    tenant_parameter: Option<u16>,
    /// The canonical text before each value, and after the last.
    pieces: Box<[Box<str>]>,
    /// Which literal of the text each value is, by its ordinal.
    values: Box<[usize]>,
    /// What is left of the canonical text without its literals.
    rest: Box<[u8]>,
    open: Box<[Place]>,
    /// In the order of the facts: a uuid that stays, or those of a value.
    uuids: Box<[Uuids]>,
}

/// A value, by the ordinals of its literal in both texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    canonical: usize,
    value: usize,
    /// Whether it is a number that the parser negated.
    negated: bool,
}

#[derive(Debug)]
enum Uuids {
    Of(TenantId),
    In(usize),
}

/// A constant of a judged statement: in the text, and in the canonical text.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) text: Constant,
    pub(crate) canonical: Constant,
}

/// A statement and its constants, in the order of the walk.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) statement: Statement,
    /// `None` where the two texts' constants are not the same ones.
    pub(crate) constants: Option<Vec<Pair>>,
}

impl Judged {
    /// None of whose constants may be another.
    pub(crate) fn fixed(statement: Statement) -> Self {
        Self { statement, constants: None }
    }
}

impl Template {
    /// Of a text and its statements; `None` where no literal of the text is a value.
    pub(crate) fn new(shape: &Shape<'_>, judged: &[Judged]) -> Option<Self> {
        if shape.literals().len() > MOST_LITERALS || judged.len() > MOST_LITERALS {
            return None;
        }
        let parts: Box<[Part]> =
            judged.iter().map(|one| Part::new(shape, one)).collect::<Option<_>>()?;
        let is_open = |at: &usize| parts.iter().any(|part| part.values.contains(at));
        let pinned: Box<[usize]> = (0..shape.literals().len()).filter(|at| !is_open(at)).collect();
        (pinned.len() < shape.literals().len()).then_some(Self { parts, pinned })
    }

    /// Which literals of the text are no values and stay as they are, by their ordinals.
    pub fn pinned(&self) -> &[usize] {
        &self.pinned
    }

    /// The statements of a text with this template's [key](Shape::key); `None` where it had
    /// better be parsed.
    pub fn fill(&self, shape: &Shape<'_>) -> Option<Vec<Statement>> {
        self.parts.iter().map(|part| part.fill(shape.literals())).collect()
    }

    /// About how many bytes it keeps.
    pub fn bytes(&self) -> usize {
        const PART: usize = 512;
        const NAME: usize = 96;
        let each = |part: &Part| {
            let pieces: usize = part.pieces.iter().map(|piece| piece.len() + 16).sum();
            PART + pieces + part.rest.len() + 48 * part.values.len() + NAME * part.facts.names()
        };
        self.parts.iter().map(each).sum()
    }
}

impl Part {
    fn new(shape: &Shape<'_>, judged: &Judged) -> Option<Self> {
        let statement = &judged.statement;
        let never = matches!(statement.kind, Kind::Handover { .. } | Kind::Other(_));
        // The facts hold a constant that meets a tenant column, which is compared with the key.
        let is_held = statement.facts.reach.constants_meet;
        if never || is_held || statement.refusal.is_some() {
            return None;
        }
        let canonical = Shape::of(&statement.canonical)?;
        let pairs = judged.constants.as_deref().unwrap_or_default();
        let mut uuids = Vec::new();
        let mut places = Vec::new();
        for pair in pairs {
            match open(shape, &canonical, pair) {
                Some(place) => {
                    uuids.push(Uuids::In(place.value));
                    places.push(place);
                }
                None => {
                    let spelled = statement.facts.uuids.get(pair.text.uuids.clone());
                    uuids.extend(spelled.unwrap_or_default().iter().cloned().map(Uuids::Of));
                }
            }
        }
        places.sort_unstable();
        let values: Box<[usize]> = places.iter().map(|place| place.value).collect();
        let alone = |value: &usize| values.iter().filter(|other| *other == value).count() == 1;
        let apart = places.is_sorted_by(|one, next| one.canonical < next.canonical);
        if !apart || !values.iter().all(alone) {
            return None;
        }
        let facts = Facts { uuids: Vec::new(), ..Facts::clone(&statement.facts) };
        let part = Self {
            kind: statement.kind.clone(),
            facts: Arc::new(facts),
            tenant_parameter: statement.tenant_parameter,
            pieces: pieces(&statement.canonical, &canonical, &places)?,
            values,
            rest: canonical.rest().into(),
            open: places.into(),
            uuids: uuids.into(),
        };
        // It must give back what it was made of.
        let same = part.fill(shape.literals())?;
        (same.canonical == statement.canonical && same.facts == statement.facts).then_some(part)
    }

    fn fill(&self, literals: &[Cut<'_>]) -> Option<Statement> {
        let value = |at: &usize| literals.get(*at).map(|cut| &cut.literal);
        let mut canonical = String::with_capacity(256);
        for (at, piece) in self.pieces.iter().enumerate() {
            canonical.push_str(piece);
            if let Some(ordinal) = self.values.get(at) {
                value(ordinal)?.write(&mut canonical);
            }
        }
        self.check(&canonical, literals)?;
        Some(Statement {
            kind: self.kind.clone(),
            refusal: None,
            refused: None,
            tenant_parameter: self.tenant_parameter,
            canonical: canonical.into_boxed_str(),
            facts: self.facts(literals)?,
            fingerprint: OnceLock::new(),
        })
    }

    /// The tokens of what was written are the judged ones, with these values.
    fn check(&self, canonical: &str, literals: &[Cut<'_>]) -> Option<()> {
        let written = Shape::of(canonical)?;
        if written.rest() != &*self.rest {
            return None;
        }
        for place in &self.open {
            let written = &written.literals().get(place.canonical)?.literal;
            let meant = &literals.get(place.value)?.literal;
            // The parser makes `0` of `-0`.
            let sign_is_lost = place.negated && is_nought(meant);
            if sign_is_lost || written.class != meant.class || written.value != meant.value {
                return None;
            }
        }
        Some(())
    }

    fn facts(&self, literals: &[Cut<'_>]) -> Option<Arc<Facts>> {
        let mut uuids = Vec::new();
        for one in &self.uuids {
            match one {
                Uuids::Of(uuid) => uuids.push(uuid.clone()),
                Uuids::In(ordinal) => {
                    let literal = &literals.get(*ordinal)?.literal;
                    // Numbers spell none.
                    if literal.class == Class::Text {
                        uuids.extend(TenantType::Uuid.keys_in(literal.value.as_bytes()));
                    }
                }
            }
        }
        if uuids.is_empty() {
            return Some(Arc::clone(&self.facts));
        }
        Some(Arc::new(Facts { uuids, ..Facts::clone(&self.facts) }))
    }
}

/// The ordinals of a constant's literal in the text and in the canonical text, if it is a value
/// whose literal both texts spell without a doubt.
fn open(text: &Shape<'_>, canonical: &Shape<'_>, pair: &Pair) -> Option<Place> {
    if !pair.text.is_value || !pair.canonical.is_value {
        return None;
    }
    let in_text = at(text, pair.text.location)?;
    let in_canonical = at(canonical, pair.canonical.location)?;
    (in_text.negated == in_canonical.negated).then_some(Place {
        canonical: in_canonical.ordinal,
        value: in_text.ordinal,
        negated: in_text.negated,
    })
}

struct Found {
    ordinal: usize,
    negated: bool,
}

/// The literal that begins at a constant's place, or after the sign that does: what the parser
/// negated begins with its sign.
fn at(shape: &Shape<'_>, location: i32) -> Option<Found> {
    let location = usize::try_from(location).ok()?;
    shape.literals().iter().enumerate().find_map(|(ordinal, cut)| {
        let negated = cut.minus == Some(location);
        (negated || cut.start == location).then_some(Found { ordinal, negated })
    })
}

fn is_nought(literal: &Literal<'_>) -> bool {
    literal.class == Class::Integer && literal.value == "0"
}

/// The canonical text around its values.
fn pieces(text: &str, shape: &Shape<'_>, places: &[Place]) -> Option<Box<[Box<str>]>> {
    let mut pieces: Vec<Box<str>> = Vec::new();
    let mut from = 0;
    for place in places {
        let cut = shape.literals().get(place.canonical)?;
        pieces.push(text.get(from..cut.start)?.into());
        from = cut.start + cut.spelled.len();
    }
    pieces.push(text.get(from..)?.into());
    Some(pieces.into())
}
