// A CRM with Knex, told line by line on standard output.
'use strict';

const knex = require('knex');

const MARK = process.env.MARK;
const TENANT = process.env.TENANT;

const tell = (...words) =>
  console.log(...words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))));

const db = knex({
  client: 'pg', pool: { min: 0, max: 1 },
  connection: {
    host: process.env.PGHOST, port: +process.env.PGPORT, user: process.env.PGUSER,
    password: process.env.PGPASSWORD, database: process.env.PGDATABASE,
  },
});

async function start() {
  tell(await db.schema.hasTable('accounts'), await db.schema.hasTable('nothing'), await db.schema.hasColumn('deals', 'title'));
  tell(await db('activities').columnInfo());
}

async function create() {
  const [bakery] = await db('accounts').insert({
    tenant_id: TENANT, name: `${MARK} Bakery`, industry: 'food', city: 'Bern', tags: ['vip', 'ch'], profile: { size: { staff: 12 } },
  }).returning('*');
  tell(bakery.tenant_id);
  const many = Array.from({ length: 10 }, (_, at) => ({
    name: `${MARK} 0${at}`, industry: 'trade', city: 'Zug', tags: ['bulk'], profile: { size: { staff: at } },
  }));
  const made = await db.batchInsert('accounts', many, 4).returning('id');
  await db('deals').insert(made.map(({ id }, at) => ({
    account_id: id, title: `Deal ${at}`, amount: at * 100, closes_on: `2025-0${1 + (at % 9)}-01`,
  })));
  const bob = { account_id: bakery.id, name: 'Bob', email: `bob@${MARK}` };
  await db('contacts').insert(bob);
  await db('contacts').insert({ ...bob, name: 'Bobby' }).onConflict(['tenant_id', 'email']).merge(['name']);
  await db('contacts').insert(bob).onConflict(['tenant_id', 'email']).ignore();
  await db('activities').insert([0, 1, 2].map((at) => ({
    account_id: bakery.id, kind: 'call', summary: `call ${at}`, occurred_at: new Date(Date.UTC(2025, 2, 1 + at)),
  })));
}

async function read() {
  const names = (build) => build(db('accounts')).orderBy('name').pluck('name');
  tell(await db('accounts').count(), await names((q) => q.whereILike('name', '%BAK%')), await names((q) => q.whereNull('city').orWhere('city', 'Bern')));
  tell(await names((q) => q.whereRaw('tags @> ?', [['vip']])), await names((q) => q.whereJsonPath('profile', '$.size.staff', '>', 8)),
    await names((q) => q.whereJsonSupersetOf('profile', { size: { staff: 12 } })), await names((q) => q.whereNotIn('city', ['Bern']).limit(2).offset(3)));
  tell(await db('deals as d').join('accounts as a', 'a.id', 'd.account_id').leftJoin('contacts as c', { 'c.account_id': 'a.id' })
    .whereBetween('d.amount', [100, 300]).select('d.title', 'a.name', 'c.email').orderBy('d.title', 'desc'));
  tell(await names((q) => q.whereExists(db('deals').whereRaw('deals.account_id = accounts.id').where('amount', '>', 700))));
  tell(await db.with('top', db('deals').select('account_id').max('amount as best').groupBy('account_id')).from('top')
    .join('accounts', 'accounts.id', 'top.account_id').select('name', 'best').orderBy('best', 'desc').limit(2));
  tell(await db('accounts').distinctOn('city').select('city').orderBy('city').unionAll(db('contacts').select('name'), true));
  tell(await db('accounts').first('name').orderBy('name'));
}

async function aggregate() {
  tell(await db('deals').sum('amount').avg('amount').max('title'), await db('accounts').countDistinct('city'));
  tell(await db('accounts').select('city').count('* as n').groupBy('city').havingRaw('count(*) > ?', [0]).orderBy('city'));
  tell(await db('deals').select('title').rowNumber('place', (over) => over.partitionBy('stage').orderBy('amount', 'desc')).orderBy('title').limit(2));
}

async function write() {
  tell(await db('deals').where({ title: 'Deal 1' }).update({ stage: 'won' }, ['title', 'stage']), await db('deals').where('title', 'Deal 1').increment('amount', 5));
  await db.transaction(async (tx) => {
    await tx('deals').where('title', 'Deal 2').forUpdate().skipLocked().first();
    await tx('deals').where('title', 'Deal 2').forShare().noWait();
    await tx.transaction((inner) => inner('accounts').insert({ name: `${MARK} Bakery`, industry: 'twice' })).catch((error) => tell(error.constraint));
    await tx('accounts').insert({ name: `${MARK} inner`, industry: 'inner' });
  }, { isolationLevel: 'repeatable read' });
  await db.transaction(async (tx) => {
    await tx('accounts').delete();
    throw new Error('rolled back');
  }).catch((error) => tell(error.message));
  tell(await db('accounts').whereIn('industry', ['inner', 'food']).del(), await db('contacts').count());
}

async function raw() {
  const { rows } = await db.raw('SELECT name FROM accounts WHERE city = :city ORDER BY :by: LIMIT 2', { city: 'Zug', by: 'name' });
  tell(rows);
}

async function main() {
  tell(`Knex ${require('knex/package.json').version}, pg ${require('pg/package.json').version}`);
  for (const step of [start, create, read, aggregate, write, raw]) {
    tell('--', step.name);
    await step();
  }
  await db.destroy();
}

main().catch((error) => { console.error(error); process.exit(1); });
