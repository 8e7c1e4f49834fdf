// A CRM with Sequelize, told line by line on standard output.
'use strict';

const { DataTypes: T, Op, QueryTypes, Sequelize, Transaction, col, fn, literal, where } = require('sequelize');

const MARK = process.env.MARK;
const TENANT = process.env.TENANT;

const tell = (...words) =>
  console.log(...words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))));

const db = new Sequelize({
  dialect: 'postgres', host: process.env.PGHOST, port: process.env.PGPORT, username: process.env.PGUSER,
  password: process.env.PGPASSWORD, database: process.env.PGDATABASE, logging: false, pool: { max: 1 },
  define: { timestamps: false, underscored: true },
});

const owned = { tenantId: { type: T.UUID, defaultValue: TENANT } };
const Account = db.define('account', {
  ...owned, name: T.STRING, industry: T.STRING, city: T.STRING, tags: T.ARRAY(T.TEXT), profile: T.JSONB,
  createdAt: { type: T.DATE, defaultValue: T.NOW },
}, { paranoid: false });
const Contact = db.define('contact', { ...owned, name: T.STRING, email: T.STRING });
const Deal = db.define('deal', {
  ...owned, title: T.STRING, stage: T.STRING, amount: T.DECIMAL(12, 2), closesOn: T.DATEONLY, version: T.INTEGER,
}, { version: 'version' });
const Activity = db.define('activity', {
  ...owned, kind: T.ENUM('call', 'email', 'meeting', 'task'), summary: T.TEXT, occurredAt: T.DATE,
});
Account.hasMany(Contact);
Account.hasMany(Deal);
Account.hasMany(Activity);
Contact.belongsTo(Account);
Deal.belongsTo(Account);

async function start() {
  await db.authenticate();
  const query = db.getQueryInterface();
  tell(await db.databaseVersion(), (await query.showAllTables()).sort());
  for (const table of ['accounts', 'contacts', 'deals', 'activities']) {
    const indexes = await query.showIndex(table);
    tell(indexes.map(({ name, primary, unique, fields }) => [name, primary, unique, fields]));
    const keys = await query.getForeignKeyReferencesForTable(table);
    tell(keys.map(({ constraintName, columnName, referencedTableName }) => [constraintName, columnName, referencedTableName]).sort());
  }
  tell(await query.tableExists('accounts'));
}

async function create() {
  const bakery = await Account.create({
    name: `${MARK} Bakery`, industry: 'food', city: 'Bern', tags: ['vip', 'ch'], profile: { size: { staff: 12 }, vip: true },
    contacts: [{ name: 'Ann 0', email: `ann0@${MARK}` }, { name: 'Ann 1', email: `ann1@${MARK}` }],
  }, { include: [Contact] });
  tell(bakery.contacts.length);
  const many = Array.from({ length: 10 }, (_, at) => ({
    name: `${MARK} 0${at}`, industry: 'trade', city: 'Zug', tags: ['bulk'], profile: { size: { staff: at } },
  }));
  const made = await Account.bulkCreate(many);
  await Deal.bulkCreate(made.map(({ id }, at) => ({
    accountId: id, title: `Deal ${at}`, stage: 'lead', amount: at * 100, closesOn: `2025-0${1 + (at % 9)}-01`,
  })));
  const email = `bob@${MARK}`;
  for (const name of ['Bob', 'Bobby']) {
    const [kept] = await Contact.upsert({ name, email, accountId: bakery.id }, { conflictFields: ['tenant_id', 'email'] });
    tell(kept.name);
  }
  for (const who of [email, `cy@${MARK}`]) {
    const [kept, isNew] = await Contact.findCreateFind({ where: { email: who }, defaults: { name: 'Cy', accountId: bakery.id } });
    tell(kept.name, isNew);
  }
  await Contact.bulkCreate([{ name: 'No', email, accountId: bakery.id }], { ignoreDuplicates: true });
  await Contact.bulkCreate([{ name: 'Robert', email, accountId: bakery.id }], { updateOnDuplicate: ['name'], conflictAttributes: ['tenantId', 'email'] });
  await Activity.bulkCreate([0, 1, 2].map((at) => ({
    accountId: bakery.id, kind: 'call', summary: `call ${at}`, occurredAt: new Date(Date.UTC(2025, 2, 1 + at)),
  })));
}

async function read() {
  const names = async (where) => (await Account.findAll({ where, order: [['name', 'ASC']] })).map(({ name }) => name);
  tell(await Account.count(), await names({ name: { [Op.iLike]: '%BAK%' } }), await names({ name: { [Op.regexp]: '0[1-2]$' } }));
  tell(await names({ [Op.or]: [{ city: 'Bern' }, { city: null }] }), await names({ tags: { [Op.contains]: ['vip'] } }),
    await names({ tags: { [Op.overlap]: ['vip', 'x'] } }), await names({ 'profile.size.staff': { [Op.gt]: 8 } }),
    await names({ profile: { [Op.contains]: { vip: true } } }), await names(where(fn('lower', col('city')), 'bern')));
  const { count, rows } = await Account.findAndCountAll({
    include: [{ model: Contact }, { model: Deal, required: false, where: { amount: { [Op.between]: [0, 500] } } }],
    distinct: true, order: [['name', 'DESC'], [Contact, 'name', 'ASC']], limit: 3, offset: 1,
  });
  tell(count, rows.map(({ name, deals }) => [name, deals.length]));
  const bakery = await Account.findOne({ where: { city: 'Bern' }, include: [{ model: Contact, separate: true, order: ['name'] }, Activity] });
  tell(bakery.contacts.map(({ name }) => name), bakery.activities.length, (await Account.findByPk(bakery.id)).name);
  tell((await bakery.getContacts({ attributes: ['name'], order: ['name'] })).length, await bakery.countDeals());
}

async function aggregate() {
  tell(await Deal.sum('amount'), await Deal.max('closesOn'), await Deal.min('amount', { where: { stage: 'lead' } }));
  tell(await Account.findAll({
    attributes: ['city', [fn('count', col('id')), 'n']], group: ['city'], having: literal('count(id) > 0'), order: ['city'], raw: true,
  }));
  tell(await Deal.findAll({
    attributes: [[fn('to_char', fn('date_trunc', 'month', col('closes_on')), 'YYYY-MM'), 'month'],
      [literal("max(closes_on + interval '1 month')::date::text"), 'due']], group: ['month'], order: [[col('month'), 'ASC']], limit: 2, raw: true,
  }));
}

async function write() {
  const deal = await Deal.findOne({ where: { title: 'Deal 1' } });
  await deal.update({ stage: 'won' });
  await deal.increment('amount', { by: 5 });
  await deal.reload();
  tell(deal.amount, deal.version, await Deal.update({ stage: 'big' }, { where: { amount: { [Op.gte]: 800 } }, returning: true }).then(([n]) => n));
  await db.transaction({ isolationLevel: Transaction.ISOLATION_LEVELS.REPEATABLE_READ }, async (transaction) => {
    await Deal.findAll({ where: { title: 'Deal 2' }, lock: transaction.LOCK.UPDATE, skipLocked: true, transaction });
    await Deal.findOne({ where: { title: 'Deal 2' }, lock: { level: transaction.LOCK.NO_KEY_UPDATE, of: Deal }, include: [Account], transaction });
    const inner = db.transaction({ transaction }, (transaction) =>
      Account.create({ name: `${MARK} Bakery`, industry: 'twice' }, { transaction }));
    tell(await inner.catch((error) => [error.name, error.parent.constraint]));
    await Account.create({ name: `${MARK} inner`, industry: 'inner' }, { transaction });
  });
  await db.transaction(async (transaction) => {
    await Account.destroy({ where: {}, transaction });
    throw new Error('rolled back');
  }).catch((error) => tell(error.message));
  const bakery = await Account.findOne({ where: { city: 'Bern' } });
  await bakery.destroy();
  tell(await Account.destroy({ where: { industry: 'inner' } }), await Contact.count(), await Account.count());
}

async function raw() {
  tell(await db.query('SELECT name FROM accounts WHERE city = :city ORDER BY name LIMIT 2', { replacements: { city: 'Zug' }, type: QueryTypes.SELECT }),
    await db.query('SELECT count(*) FROM accounts WHERE name LIKE $1', { bind: ['%0%'], type: QueryTypes.SELECT }));
}

// What works alone, and is refused to a tenant.
async function refused(what, work) {
  const code = await work().then(() => 'no error', (error) => (error.original ?? error).code);
  if (code !== (process.env.ALONE ? 'no error' : '42501')) throw new Error(`${what}: ${code}`);
  tell('refused to a tenant:', what);
}

async function refusals() {
  // It joins the comments by way of a view on every table's statistics.
  await refused('describeTable', () => db.getQueryInterface().describeTable('accounts'));
  // It makes a temporary function to catch the error of its INSERT in.
  await refused('findOrCreate', () => Account.findOrCreate({ where: { name: `${MARK} found` }, defaults: { industry: 'x' } }));
}

async function main() {
  tell(`Sequelize ${require('sequelize/package.json').version}, pg ${require('pg/package.json').version}`);
  for (const step of [start, create, read, aggregate, write, raw, refusals]) {
    tell('--', step.name);
    await step();
  }
  await db.close();
}

main().catch((error) => { console.error(error); process.exit(1); });
