// A CRM with Prisma's client and its adapter for `pg`, told line by line on standard output.
'use strict';

const { PrismaClient, Prisma } = require('@prisma/client');
const { PrismaPg } = require('@prisma/adapter-pg');

const MARK = process.env.MARK;
const TENANT = process.env.TENANT;

const shown = (_, value) => (typeof value === 'bigint' ? Number(value) : value);
const tell = (...words) =>
  console.log(...words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word, shown))));

async function create(db) {
  const bakery = await db.account.create({
    data: {
      name: `${MARK} Bakery`, industry: 'food', city: 'Bern', tags: ['vip', 'ch'], tenant_id: TENANT,
      profile: { size: { staff: 12 }, vip: true },
      contacts: { create: [0, 1, 2].map((at) => ({ name: `Ann ${at}`, email: `ann${at}@${MARK}` })) },
    },
    include: { contacts: true },
  });
  tell(bakery.tenant_id, bakery.contacts.map(({ name }) => name));
  await db.account.create({ data: { name: `${MARK} Forge`, industry: 'metal' }, select: { name: true } });
  const many = Array.from({ length: 20 }, (_, at) => ({
    name: `${MARK} ${String(at).padStart(2, '0')}`, industry: 'trade', city: 'Zug', tags: ['bulk'],
    profile: { size: { staff: at } },
  }));
  tell(await db.account.createMany({ data: many }));
  const ids = await db.account.findMany({ where: { city: 'Zug' }, orderBy: { name: 'asc' }, take: 10 });
  const deals = await db.deal.createManyAndReturn({
    data: ids.map(({ id }, at) => ({
      account_id: id, title: `Deal ${at}`, amount: at * 100, currency: 'USD',
      closes_on: new Date(Date.UTC(2025, at, 1)),
    })),
    select: { title: true },
  });
  tell(deals.length);
  await db.deal.create({
    data: { title: 'Ovens', amount: '1200.50', account: { connect: { id: bakery.id } },
      in_currency: { connect: { code: 'EUR' } } },
  });
  const email = `bob@${MARK}`;
  for (const name of ['Bob', 'Bobby']) {
    const { name: kept } = await db.contact.upsert({
      where: { tenant_id_email: { tenant_id: TENANT, email } },
      create: { tenant_id: TENANT, name, email, account_id: bakery.id },
      update: { name },
    });
    tell(kept);
  }
  tell(await db.contact.createMany({
    data: [{ tenant_id: TENANT, name: 'Nobody', email, account_id: bakery.id }], skipDuplicates: true,
  }));
  await db.activity.createMany({
    data: [0, 1, 2, 3, 4, 5].map((at) => ({
      account_id: bakery.id, kind: 'call', summary: `call ${at}`,
      occurred_at: new Date(Date.UTC(2025, 2, 1 + at)),
    })),
  });
}

async function read(db) {
  const names = async (where, more) =>
    (await db.account.findMany({ where, orderBy: { name: 'asc' }, ...more })).map(({ name }) => name);
  tell(await db.account.count(), await db.account.count({ where: { tenant_id: TENANT } }));
  tell(await names({ name: { contains: 'BAK', mode: 'insensitive' } }), await names({ name: { endsWith: '19' } }));
  tell(await names({ OR: [{ city: 'Bern' }, { city: null }] }), await names({ NOT: { city: { in: ['Zug', 'Basel'] } } }));
  tell(await names({ tags: { has: 'vip' } }), await names({ tags: { hasEvery: ['vip', 'ch'] } }),
    await names({ tags: { isEmpty: true } }));
  tell(await names({ profile: { path: ['size', 'staff'], gt: 17 } }),
    await names({ profile: { path: ['vip'], equals: true } }));
  tell(await names({}, { skip: 7, take: 3 }));
  const [first] = await db.account.findMany({ orderBy: { name: 'asc' }, take: 1 });
  tell(await names({}, { cursor: { id: first.id }, skip: 1, take: 2 }));
  const bakery = await db.account.findFirstOrThrow({
    where: { city: 'Bern' },
    include: {
      contacts: { orderBy: { name: 'asc' }, include: { activities: true } },
      activities: { where: { occurred_at: { gt: new Date(Date.UTC(2025, 2, 3)) } }, orderBy: { summary: 'desc' }, take: 2 },
      _count: { select: { deals: true, contacts: true } },
    },
  });
  tell(bakery.contacts.map(({ name }) => name), bakery.activities.map(({ summary }) => summary), bakery._count);
  tell((await db.account.findUnique({ where: { id: bakery.id } })).name,
    await db.account.findUnique({ where: { id: 0 } }));
  const deals = await db.deal.findMany({
    where: { account: { city: 'Zug' }, amount: { gte: 200, lt: 500 } },
    include: { account: true, in_currency: true }, orderBy: [{ account: { name: 'desc' } }],
  });
  tell(deals.map(({ title, account, in_currency }) => [title, account.name, in_currency.name]));
  tell(await names({ deals: { some: { amount: { gt: 800 } } } }), (await names({ deals: { none: {} } })).length,
    (await names({ contacts: { every: { name: { startsWith: 'Ann' } } } })).length);
  tell(await db.account.findMany({ distinct: ['city'], select: { city: true }, orderBy: { city: 'asc' } }));
}

async function aggregate(db) {
  tell(await db.deal.aggregate({ _sum: { amount: true }, _avg: { amount: true }, _max: { closes_on: true }, _count: true }));
  tell(await db.account.groupBy({ by: ['city'], _count: { _all: true }, orderBy: { city: 'asc' }, having: { id: { _count: { gt: 1 } } } }));
}

async function write(db) {
  const ovens = await db.deal.findFirst({ where: { title: 'Ovens' } });
  const { version } = await db.deal.update({
    where: { id: ovens.id, version: 0 }, data: { version: { increment: 1 }, amount: { multiply: 2 } },
  });
  tell(version, await db.deal.updateMany({ where: { currency: 'USD' }, data: { stage: 'qualified' } }));
  tell((await db.deal.updateManyAndReturn({ where: { title: 'Deal 1' }, data: { stage: 'won' } })).length);
  await db.account.updateMany({ where: { tags: { has: 'bulk' } }, data: { tags: { push: 'seen' }, profile: { reset: true } } });
  await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM deals WHERE title = ${'Ovens'} FOR UPDATE`;
    await tx.account.create({ data: { name: `${MARK} inner`, industry: 'inner' } });
  }, { isolationLevel: Prisma.TransactionIsolationLevel.Serializable });
  const twice = db.$transaction([
    db.account.create({ data: { name: `${MARK} gone`, industry: 'x' } }),
    db.account.create({ data: { name: `${MARK} Bakery`, industry: 'twice', tenant_id: TENANT } }),
  ]);
  tell(await twice.then(() => 'no error', (error) => [error.code, error.meta?.modelName]), await db.account.count());
  const aborted = db.$transaction(async (tx) => {
    await tx.account.deleteMany();
    throw new Error('rolled back');
  });
  tell(await aborted.catch((error) => error.message), await db.account.count());
  const { id } = await db.account.findFirst({ where: { name: { endsWith: 'inner' } } });
  tell((await db.account.delete({ where: { id } })).industry);
  tell(await db.account.update({
    where: { id: ovens.account_id },
    data: { contacts: { deleteMany: { name: 'Bobby' }, updateMany: { where: {}, data: { name: 'Ann' } } } },
    select: { contacts: { select: { name: true } } },
  }));
  tell(await db.account.deleteMany({ where: { city: 'Bern' } }), await db.contact.count());
}

async function raw(db) {
  tell(await db.$queryRaw`SELECT name, closes_on + 30 AS due, date_trunc('month', closes_on) AS month
    FROM accounts JOIN deals ON account_id = accounts.id WHERE city = ${'Zug'} ORDER BY name LIMIT 2`);
  tell(await db.$executeRaw`UPDATE deals SET version = version + 1 WHERE title = ${'Deal 2'}`);
  tell(await db.$queryRawUnsafe('SELECT count(*) FROM accounts WHERE name ILIKE $1', '%0%'));
  tell(await db.$queryRaw`SELECT name FROM accounts WHERE city IN (${Prisma.join(['Zug', 'Bern'])}) ORDER BY name LIMIT 1`);
}

async function main() {
  tell(`Prisma ${Prisma.prismaVersion.client}, pg ${require('pg/package.json').version}`);
  const db = new PrismaClient({ adapter: new PrismaPg({ max: 1 }) });
  await db.$connect();
  for (const step of [create, read, aggregate, write, raw]) {
    tell('--', step.name);
    await step(db);
  }
  await db.$disconnect();
}

main().catch((error) => { console.error(error); process.exit(1); });
