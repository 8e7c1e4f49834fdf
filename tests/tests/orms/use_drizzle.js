// A CRM with Drizzle on `pg`, told line by line on standard output.
'use strict';

const path = require('node:path');
const { Pool } = require('pg');
const { drizzle } = require('drizzle-orm/node-postgres');
const d = require('drizzle-orm');
const p = require('drizzle-orm/pg-core');

const { and, asc, count, desc, eq, exists, gt, ilike, inArray, isNull, lt, or, relations, sql, sum } = d;
const MARK = process.env.MARK;
const TENANT = process.env.TENANT;

const tell = (...words) =>
  console.log(...words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))));

const kind = p.pgEnum('activity_kind', ['call', 'email', 'meeting', 'task']);
const owned = () => ({
  id: p.bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  tenantId: p.uuid('tenant_id').notNull().default(sql`septum.tenant()`),
});
const accounts = p.pgTable('accounts', {
  ...owned(),
  name: p.varchar({ length: 200 }).notNull(),
  industry: p.varchar({ length: 100 }).notNull(),
  city: p.varchar({ length: 100 }),
  tags: p.text().array().notNull().default([]),
  profile: p.jsonb().notNull().default({}),
  createdAt: p.timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});
const contacts = p.pgTable('contacts', {
  ...owned(),
  accountId: p.bigint('account_id', { mode: 'number' }).notNull().references(() => accounts.id),
  name: p.varchar({ length: 200 }).notNull(),
  email: p.varchar({ length: 200 }).notNull(),
});
const deals = p.pgTable('deals', {
  ...owned(),
  accountId: p.bigint('account_id', { mode: 'number' }).notNull().references(() => accounts.id),
  title: p.varchar({ length: 200 }).notNull(),
  stage: p.varchar({ length: 20 }).notNull().default('lead'),
  amount: p.numeric({ precision: 12, scale: 2 }).notNull(),
  closesOn: p.date('closes_on'),
});
const activities = p.pgTable('activities', {
  ...owned(),
  accountId: p.bigint('account_id', { mode: 'number' }).notNull().references(() => accounts.id),
  kind: kind().notNull(),
  summary: p.text().notNull(),
  occurredAt: p.timestamp('occurred_at', { withTimezone: true }).notNull(),
});
const schema = {
  accounts, contacts, deals, activities,
  ofAccounts: relations(accounts, ({ many }) => ({ contacts: many(contacts), deals: many(deals) })),
  ofContacts: relations(contacts, ({ one }) => ({
    account: one(accounts, { fields: [contacts.accountId], references: [accounts.id] }),
  })),
  ofDeals: relations(deals, ({ one }) => ({
    account: one(accounts, { fields: [deals.accountId], references: [accounts.id] }),
  })),
};

async function create(db) {
  const [bakery] = await db.insert(accounts).values({
    tenantId: TENANT, name: `${MARK} Bakery`, industry: 'food', city: 'Bern', tags: ['vip', 'ch'],
    profile: { size: { staff: 12 } },
  }).returning();
  tell(bakery.tenantId);
  const many = Array.from({ length: 10 }, (_, at) => ({
    name: `${MARK} 0${at}`, industry: 'trade', city: 'Zug', tags: ['bulk'], profile: { size: { staff: at } },
  }));
  const made = await db.insert(accounts).values(many).returning({ id: accounts.id });
  await db.insert(deals).values(made.map(({ id }, at) => ({
    accountId: id, title: `Deal ${at}`, amount: `${at * 100}`, closesOn: `2025-0${1 + (at % 9)}-01`,
  })));
  const bob = { accountId: bakery.id, name: 'Bob', email: `bob@${MARK}` };
  for (const name of ['Bob', 'Bobby']) {
    tell(await db.insert(contacts).values({ ...bob, name }).onConflictDoUpdate({
      target: [contacts.tenantId, contacts.email], set: { name: sql`excluded.name` },
    }).returning({ name: contacts.name }));
  }
  tell((await db.insert(contacts).values(bob).onConflictDoNothing()).rowCount);
  await db.insert(activities).values([0, 1, 2].map((at) => ({
    accountId: bakery.id, kind: 'call', summary: `call ${at}`, occurredAt: new Date(Date.UTC(2025, 2, 1 + at)),
  })));
}

async function read(db) {
  const names = async (where) =>
    (await db.select({ name: accounts.name }).from(accounts).where(where).orderBy(asc(accounts.name))).map(({ name }) => name);
  tell(await db.$count(accounts), await names(ilike(accounts.name, '%BAK%')));
  tell(await names(or(eq(accounts.city, 'Bern'), isNull(accounts.city))), await names(d.arrayContains(accounts.tags, ['vip'])),
    await names(d.arrayOverlaps(accounts.tags, ['vip', 'x'])), await names(sql`${accounts.profile}->'size'->>'staff' = '12'`));
  tell(await db.select({ title: deals.title, account: accounts.name }).from(deals)
    .innerJoin(accounts, eq(deals.accountId, accounts.id)).leftJoin(contacts, eq(contacts.accountId, accounts.id))
    .where(and(gt(deals.amount, '200'), lt(deals.amount, '500'))).orderBy(desc(deals.title)).limit(5).offset(1));
  tell(await db.query.accounts.findMany({
    columns: { name: true }, with: { contacts: { columns: { name: true } }, deals: { columns: { title: true }, limit: 1 } },
    orderBy: asc(accounts.name), limit: 3,
  }));
  tell(await db.query.deals.findFirst({
    columns: { title: true }, with: { account: { columns: { name: true } } }, where: eq(deals.title, 'Deal 3'),
  }));
  const top = db.$with('top').as(db.select({ id: deals.accountId, best: sql`max(${deals.amount})`.as('best') })
    .from(deals).groupBy(deals.accountId));
  tell(await db.with(top).select({ name: accounts.name, best: top.best }).from(accounts)
    .innerJoin(top, eq(top.id, accounts.id)).orderBy(desc(top.best)).limit(2));
  tell(await names(exists(db.select({ one: sql`1` }).from(deals).where(and(eq(deals.accountId, accounts.id), gt(deals.amount, '700'))))),
    await db.selectDistinctOn([accounts.city], { city: accounts.city }).from(accounts).orderBy(accounts.city));
  tell(await p.unionAll(db.select({ name: accounts.city }).from(accounts).where(eq(accounts.industry, 'food')),
    db.select({ name: contacts.name }).from(contacts)));
  const byTitle = db.select({ title: deals.title }).from(deals).where(eq(deals.title, sql.placeholder('title'))).prepare('by_title');
  tell(await byTitle.execute({ title: 'Deal 1' }), await byTitle.execute({ title: 'Deal 2' }));
}

async function aggregate(db) {
  tell(await db.select({ city: accounts.city, n: count() }).from(accounts).groupBy(accounts.city)
    .having(({ n }) => gt(n, 0)).orderBy(accounts.city));
  tell(await db.select({ month: sql`date_trunc('month', ${deals.closesOn})::text`, total: sum(deals.amount),
    due: sql`max(${deals.closesOn} + interval '30 days')::text` }).from(deals).groupBy(sql`1`).orderBy(sql`1`).limit(3));
}

async function write(db) {
  tell((await db.update(deals).set({ stage: 'won', amount: sql`${deals.amount} + 1` }).where(eq(deals.title, 'Deal 1')).returning()).length);
  tell((await db.update(deals).set({ stage: 'big' }).from(accounts)
    .where(and(eq(accounts.id, deals.accountId), gt(deals.amount, '700')))).rowCount);
  await db.transaction(async (tx) => {
    tell((await tx.select({ title: deals.title }).from(deals).where(eq(deals.title, 'Deal 2')).for('update', { of: deals, skipLocked: true })).length);
    await tx.transaction(async (inner) => {
      await inner.insert(accounts).values({ name: `${MARK} Bakery`, industry: 'twice' });
    }).catch((error) => tell((error.cause ?? error).constraint));
    await tx.insert(accounts).values({ name: `${MARK} inner`, industry: 'inner' });
  }, { isolationLevel: 'repeatable read', accessMode: 'read write', deferrable: false });
  await db.transaction(async (tx) => {
    await tx.delete(accounts);
    tx.rollback();
  }).catch((error) => tell(error.message));
  tell((await db.delete(accounts).where(inArray(accounts.industry, ['inner', 'food'])).returning({ industry: accounts.industry })).length);
  tell(await db.$count(contacts), (await db.execute(sql`SELECT count(*) FROM deals WHERE title LIKE ${'Deal%'}`)).rows);
}

async function main() {
  const about = path.join(path.dirname(require.resolve('drizzle-orm')), 'package.json');
  tell(`Drizzle ${require(about).version}, pg ${require('pg/package.json').version}`);
  const pool = new Pool({ max: 1 });
  const db = drizzle(pool, { schema });
  for (const step of [create, read, aggregate, write]) {
    tell('--', step.name);
    await step(db);
  }
  await pool.end();
}

main().catch((error) => { console.error(error); process.exit(1); });
