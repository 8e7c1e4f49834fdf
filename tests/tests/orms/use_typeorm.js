// A CRM with TypeORM, told line by line on standard output.
'use strict';

const path = require('node:path');
const { ArrayContains, Between, DataSource, EntitySchema, ILike, In, IsNull, MoreThan, Not, Raw } = require('typeorm');

const MARK = process.env.MARK;
const TENANT = process.env.TENANT;

const tell = (...words) =>
  console.log(...words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))));

const id = { type: 'bigint', primary: true, generated: 'identity', generatedIdentity: 'BY DEFAULT' };
const tenant_id = { type: 'uuid', default: () => 'septum.tenant()' };
const account = { type: 'many-to-one', target: 'Account', joinColumn: { name: 'account_id' }, onDelete: 'CASCADE' };
const Currency = new EntitySchema({
  name: 'Currency', tableName: 'currencies',
  columns: { code: { type: 'varchar', length: 3, primary: true }, name: { type: 'varchar', length: 100 } },
});
const Account = new EntitySchema({
  name: 'Account', tableName: 'accounts',
  columns: {
    id, tenant_id, name: { type: 'varchar', length: 200 }, industry: { type: 'varchar', length: 100 },
    city: { type: 'varchar', length: 100, nullable: true }, tags: { type: 'text', array: true, default: () => "'{}'" },
    profile: { type: 'jsonb', default: {} }, created_at: { type: 'timestamptz', createDate: true },
  },
  relations: {
    contacts: { type: 'one-to-many', target: 'Contact', inverseSide: 'account', cascade: true },
    deals: { type: 'one-to-many', target: 'Deal', inverseSide: 'account' },
  },
  uniques: [{ name: 'accounts_name_key', columns: ['tenant_id', 'name'] }],
});
const Contact = new EntitySchema({
  name: 'Contact', tableName: 'contacts',
  columns: { id, tenant_id, name: { type: 'varchar', length: 200 }, email: { type: 'varchar', length: 200 } },
  relations: { account },
});
const Deal = new EntitySchema({
  name: 'Deal', tableName: 'deals',
  columns: {
    id, tenant_id, title: { type: 'varchar', length: 200 }, stage: { type: 'varchar', length: 20, default: 'lead' },
    amount: { type: 'numeric', precision: 12, scale: 2 }, closes_on: { type: 'date', nullable: true },
    version: { type: 'int', version: true },
  },
  relations: { account, currency: { type: 'many-to-one', target: 'Currency', joinColumn: { name: 'currency' } } },
});
const Activity = new EntitySchema({
  name: 'Activity', tableName: 'activities',
  columns: {
    id, tenant_id, kind: { type: 'enum', enum: ['call', 'email', 'meeting', 'task'], enumName: 'activity_kind' },
    summary: { type: 'text' }, occurred_at: { type: 'timestamptz' },
  },
  relations: { account },
});

const db = new DataSource({
  type: 'postgres', host: process.env.PGHOST, port: +process.env.PGPORT, username: process.env.PGUSER,
  password: process.env.PGPASSWORD, database: process.env.PGDATABASE, poolSize: 1, installExtensions: false,
  entities: [Currency, Account, Contact, Deal, Activity],
});

async function start() {
  const runner = db.createQueryRunner();
  tell(await runner.hasTable('accounts'), await runner.hasColumn('accounts', 'name'), await runner.getCurrentSchema());
  const tables = await runner.getTables(['currencies', 'accounts', 'contacts', 'deals', 'activities']);
  for (const table of tables.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    tell(table.name, table.columns.map(({ name, type, isNullable, isPrimary, isGenerated, default: value }) =>
      [name, type, isNullable, isPrimary, isGenerated, value]));
    tell(table.foreignKeys.map(({ name, columnNames }) => [name, columnNames]).sort(), table.uniques.map(({ name }) => name),
      table.indices.map(({ name, columnNames }) => [name, columnNames]).sort(), table.checks.map(({ expression }) => expression));
  }
  await runner.release();
  // What `schema:log` asks: which changes would make the database that of the entities?
  tell((await db.driver.createSchemaBuilder().log()).upQueries.length > 0);
}

async function create() {
  const bakery = await db.getRepository('Account').save({
    tenant_id: TENANT, name: `${MARK} Bakery`, industry: 'food', city: 'Bern', tags: ['vip', 'ch'],
    profile: { size: { staff: 12 } }, contacts: [{ name: 'Ann 0', email: `ann0@${MARK}` }, { name: 'Ann 1', email: `ann1@${MARK}` }],
  });
  tell(bakery.contacts[0].tenant_id === TENANT);
  const many = Array.from({ length: 10 }, (_, at) => ({
    name: `${MARK} 0${at}`, industry: 'trade', city: 'Zug', tags: ['bulk'], profile: { size: { staff: at } },
  }));
  const made = await db.getRepository('Account').save(many, { chunk: 4 });
  await db.getRepository('Deal').insert(made.map((account, at) => ({
    account, title: `Deal ${at}`, amount: at * 100, closes_on: `2025-0${1 + (at % 9)}-01`, currency: { code: 'USD' },
  })));
  const email = `bob@${MARK}`;
  for (const name of ['Bob', 'Bobby']) {
    await db.getRepository('Contact').upsert({ tenant_id: TENANT, name, email, account: bakery }, { conflictPaths: ['tenant_id', 'email'], skipUpdateIfNoValuesChanged: true });
  }
  await db.createQueryBuilder().insert().into('Contact').values({ name: 'No', email, account: bakery }).orIgnore().execute();
  await db.getRepository('Activity').insert([0, 1, 2].map((at) => ({
    account: bakery, kind: 'call', summary: `call ${at}`, occurred_at: new Date(Date.UTC(2025, 2, 1 + at)),
  })));
}

async function read() {
  const accounts = db.getRepository('Account');
  const names = async (where, more) => (await accounts.find({ where, order: { name: 'ASC' }, ...more })).map(({ name }) => name);
  tell(await accounts.count(), await accounts.countBy({ tenant_id: TENANT }), await names({ name: ILike('%BAK%') }));
  tell(await names([{ city: 'Bern' }, { city: IsNull() }]), await names({ tags: ArrayContains(['vip']) }),
    await names({ profile: Raw((column) => `${column} @> :part`, { part: { size: { staff: 12 } } }) }), await names({ city: Not(In(['Zug'])) }));
  tell(await names({}, { skip: 3, take: 2 }), await names({ deals: { amount: Between(200, 300) } }));
  const [bakery, total] = await accounts.findAndCount({ relations: { contacts: true, deals: { currency: true } }, order: { name: 'DESC', contacts: { name: 'ASC' } }, take: 2 });
  tell(bakery.map(({ contacts }) => contacts.map(({ name }) => name)), total);
  const apart = await accounts.find({ relations: { contacts: true }, relationLoadStrategy: 'query', where: { city: 'Bern' } });
  tell(apart[0].contacts.length, (await accounts.findOneBy({ id: apart[0].id })).name, await accounts.exists({ where: { city: 'x' } }));
  const deals = await db.createQueryBuilder('Deal', 'd').innerJoinAndSelect('d.account', 'a').leftJoinAndSelect('a.contacts', 'c')
    .where('d.amount > :amount', { amount: 300 }).andWhere((part) =>
      `a.id IN ${part.subQuery().select('x.id').from('Account', 'x').where("x.city = 'Zug'").getQuery()}`)
    .orderBy('d.title', 'DESC').skip(1).take(2).getMany();
  tell(deals.map(({ title, account }) => [title, account.name]));
  const rows = [];
  for await (const row of await db.createQueryBuilder('Account', 'a').select('a.name', 'name').orderBy('a.name').limit(2).getRawMany()) rows.push(row);
  tell(rows);
}

async function aggregate() {
  const deals = db.getRepository('Deal');
  tell(await deals.sum('amount'), await deals.average('amount'), await deals.maximum('amount', { title: MoreThan('') }));
  tell(await db.createQueryBuilder('Deal', 'd').select("date_trunc('month', d.closes_on)::date::text", 'month').addSelect('SUM(d.amount)', 'total')
    .addSelect("max(d.closes_on + interval '1 month')::date::text", 'due').groupBy('month').having('COUNT(*) > 0').orderBy('month').limit(3).getRawMany());
}

async function write() {
  const deals = db.getRepository('Deal');
  const deal = await deals.findOneByOrFail({ title: 'Deal 1' });
  await deals.save({ ...deal, stage: 'won' });
  await deals.increment({ title: 'Deal 1' }, 'amount', 5);
  tell((await deals.findOneBy({ title: 'Deal 1' })).amount, (await deals.update({ title: 'Deal 2' }, { stage: 'big' })).affected);
  tell((await db.createQueryBuilder().update('Account').set({ city: () => "upper(city)" }).where({ city: 'Zug' }).returning('id').execute()).raw.length);
  await db.transaction('REPEATABLE READ', async (tx) => {
    await tx.findOne('Deal', { where: { title: 'Deal 2' }, lock: { mode: 'pessimistic_write', onLocked: 'skip_locked' } });
    await tx.transaction((inner) => inner.insert('Account', { name: `${MARK} Bakery`, industry: 'twice', tenant_id: TENANT }))
      .catch((error) => tell(error.driverError.constraint));
    await tx.save('Account', { name: `${MARK} inner`, industry: 'inner' });
  });
  await db.transaction(async (tx) => {
    await tx.deleteAll?.('Account');
    await tx.createQueryBuilder().delete().from('Account').execute();
    throw new Error('rolled back');
  }).catch((error) => tell(error.message));
  const bakery = await db.getRepository('Account').findOneBy({ city: 'Bern' });
  await db.getRepository('Account').remove(bakery);
  tell((await db.getRepository('Account').delete({ industry: 'inner' })).affected, await db.getRepository('Contact').count());
}

async function raw() {
  tell(await db.query('SELECT name FROM accounts WHERE industry = $1 ORDER BY name LIMIT 2', ['trade']));
}

async function main() {
  const about = path.join(path.dirname(require.resolve('typeorm')), 'package.json');
  tell(`TypeORM ${require(about).version}, pg ${require('pg/package.json').version}`);
  await db.initialize();
  for (const step of [start, create, read, aggregate, write, raw]) {
    tell('--', step.name);
    await step();
  }
  await db.destroy();
}

main().catch((error) => { console.error(error); process.exit(1); });
