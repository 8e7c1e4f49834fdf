# A CRM with ActiveRecord, told line by line on standard output.

require "logger"
require "active_record"
require "pg"

MARK = ENV.fetch("MARK")
TENANT = ENV.fetch("TENANT")

def tell(*words)
  puts words.map { |word| word.is_a?(String) ? word : word.inspect }.join(" ")
  $stdout.flush
end

class Account < ActiveRecord::Base
  has_many :contacts, dependent: :destroy
  has_many :deals, dependent: :delete_all
  has_many :activities
  validates :name, uniqueness: { scope: :tenant_id }
  scope :tagged, ->(tag) { where("tags @> ARRAY[?]", tag) }
end

class Contact < ActiveRecord::Base
  belongs_to :account, counter_cache: false
  has_many :activities
end

class Currency < ActiveRecord::Base
  self.primary_key = "code"
end

class Deal < ActiveRecord::Base
  self.locking_column = :version
  belongs_to :account
  belongs_to :in_currency, class_name: "Currency", foreign_key: :currency
  enum stage: { lead: "lead", qualified: "qualified", won: "won", lost: "lost" }
end

class Activity < ActiveRecord::Base
  belongs_to :account
  belongs_to :contact, optional: true
end

def start
  connection = ActiveRecord::Base.connection
  tell connection.tables.sort, connection.views, connection.data_sources.sort, connection.current_schema
  tell connection.table_exists?(:accounts), connection.schema_exists?("public"), connection.extension_enabled?("hstore")
  connection.tables.sort.each do |table|
    tell table, connection.primary_key(table), connection.table_comment(table)
    connection.columns(table).each do |column|
      tell "  ", column.name, column.sql_type, column.null, column.default, column.default_function, column.comment
    end
    connection.indexes(table).each { |index| tell "  ", index.name, index.columns, index.unique, index.where, index.using, index.orders }
    connection.foreign_keys(table).each { |key| tell "  ", key.to_table, key.options.except(:name) }
    tell connection.respond_to?(:check_constraints) && connection.check_constraints(table).map(&:expression)
  end
  tell connection.migration_context.current_version, ActiveRecord::InternalMetadata[:environment]
  cache = connection.schema_cache
  tables = connection.tables
  tables.each { |table| cache.add(table) }
  tell cache.size.positive?, connection.get_database_version
  tell connection.max_identifier_length, connection.client_min_messages, connection.schema_search_path
end

def create
  bakery = Account.create!(tenant_id: TENANT, name: "#{MARK} Bakery", industry: "food", city: "Bern",
                           tags: %w[vip ch], profile: { size: { staff: 12 }, vip: true })
  2.times { |at| bakery.contacts.create!(name: "Ann #{at}", email: "ann#{at}@#{MARK}") }
  tell bakery.contacts.first.reload.tenant_id == TENANT
  Account.insert_all!(10.times.map { |at|
    { name: "#{MARK} 0#{at}", industry: "trade", city: "Zug", tags: ["bulk"], profile: { size: { staff: at } } }
  }, returning: :name).length.then { |number| tell number }
  Account.where(city: "Zug").order(:name).each_with_index do |account, at|
    account.deals.create!(title: "Deal #{at}", amount: at * 100, currency: "USD", closes_on: Date.new(2025, 1 + at % 9, 1))
  end
  email = "bob@#{MARK}"
  %w[Bob Bobby].each do |name|
    Contact.upsert({ tenant_id: TENANT, account_id: bakery.id, name: name, email: email }, unique_by: %i[tenant_id email])
  end
  Contact.insert_all([{ account_id: bakery.id, name: "No", email: email }])
  [email, "cy@#{MARK}"].each do |one|
    tell Contact.find_or_create_by!(email: one) { |contact| contact.assign_attributes(name: "Cy", account: bakery) }.name
  end
  tell Contact.create_or_find_by!(email: email, tenant_id: TENANT) { |contact| contact.assign_attributes(name: "No", account: bakery) }.name
  3.times { |at| Activity.create!(account: bakery, kind: "call", summary: "call #{at}", occurred_at: Time.utc(2025, 3, 1 + at)) }
end

def read
  names = ->(scope) { scope.order(:name).pluck(:name) }
  tell Account.count, names[Account.where("name ILIKE ?", "%BAK%")], names[Account.where(city: ["Bern", nil])]
  tell names[Account.tagged("vip")], names[Account.where("profile @> ?", { vip: true }.to_json)],
       names[Account.where("(profile->'size'->>'staff')::int > ?", 8)], names[Account.where.not(city: "Zug").or(Account.where(industry: "metal"))]
  tell names[Account.limit(2).offset(3)], Account.exists?(city: "Bern"), Account.where(city: "x").any?, Account.find_by(city: "Bern").name
  Account.includes(:contacts, :deals).where(city: "Bern").each { |account| tell account.contacts.map(&:name).sort, account.deals.size }
  tell Account.eager_load(:contacts).where(contacts: { name: "Cy" }).pluck(:name), Account.preload(deals: :in_currency).order(:name).first.deals.length
  tell Deal.joins(:account).where(accounts: { city: "Zug" }, amount: 200..400).order(title: :desc).pluck(:title, "accounts.name")
  tell Account.left_joins(:deals).where(deals: { id: nil }).count, Account.where(id: Deal.where("amount > 700").select(:account_id)).order(:name).pluck(:name)
  tell Account.order(:name).find_each(batch_size: 4).map(&:city).tally, Account.in_batches(of: 5).map(&:count)
  tell Account.order(:id).first.name, Account.last.name, Account.order(:name).select(:name).distinct.limit(1).map(&:name), Account.find(Account.order(:id).ids.first).city
end

def aggregate
  tell Deal.sum(:amount), Deal.average(:amount), Deal.maximum(:closes_on), Account.group(:city).having("count(*) > 0").order(:city).count
  tell Deal.group(Arel.sql("date_trunc('month', closes_on)::date")).order(Arel.sql("date_trunc('month', closes_on)::date")).sum(:amount).first(2)
  tell Activity.where("occurred_at < now() - interval '1 day'").group(:kind).count, Activity.where(occurred_at: Time.utc(2025, 3, 2)..).count
  tell Deal.where(stage: :lead).pick(Arel.sql("max(closes_on + 30)")), Deal.lead.count
end

def write
  deal = Deal.find_by!(title: "Deal 1")
  deal.won!
  deal.update!(amount: deal.amount + 5)
  tell deal.version, Deal.where(title: "Deal 2").update_all("version = version + 1"), deal.touch(time: Time.now) rescue tell $!.class
  stale = Deal.find(deal.id)
  deal.update!(amount: 7)
  tell((stale.update!(amount: 8) rescue $!.class.name))
  Account.where(city: "Zug").update_all(city: "Basel")
  Deal.transaction(isolation: :repeatable_read) do
    Deal.lock.find_by!(title: "Deal 2")
    Deal.lock("FOR UPDATE SKIP LOCKED").where(stage: :lead).limit(2).to_a
    deal.with_lock("FOR NO KEY UPDATE NOWAIT") { deal.update!(amount: 9) }
    begin
      Deal.transaction(requires_new: true) { Account.new(tenant_id: TENANT, name: "#{MARK} Bakery", industry: "twice").save!(validate: false) }
    rescue ActiveRecord::RecordNotUnique => error
      tell error.cause.result.error_field(PG::PG_DIAG_CONSTRAINT_NAME)
    end
    Account.create!(name: "#{MARK} inner", industry: "inner")
  end
  Account.transaction { Account.delete_all; raise ActiveRecord::Rollback }
  tell Account.count, Account.where(industry: "inner").destroy_all.length, Account.increment_counter(:id, 0)
  Account.find_by!(city: "Bern").tap { |account| account.activities.destroy_all }.destroy!
  tell Contact.count, Deal.where(title: "Deal 3").delete_all
end

def raw
  tell Account.find_by_sql(["SELECT name FROM accounts WHERE city = ? ORDER BY name LIMIT 2", "Basel"]).map(&:name),
       ActiveRecord::Base.connection.exec_query("SELECT count(*) AS n FROM accounts WHERE name LIKE $1", "Raw", [[nil, "%0%"]], prepare: true).to_a,
       ActiveRecord::Base.connection.select_value("SELECT max(name) FROM accounts")
end

# What works alone, and is refused to a tenant.
def refused(what)
  begin
    yield
    raise what unless ENV["ALONE"] == "1"
  rescue ActiveRecord::StatementInvalid => error
    raise if ENV["ALONE"] == "1" || error.cause.result.error_field(PG::PG_DIAG_SQLSTATE) != "42501"
  end
  tell "refused to a tenant:", what
end

def refusals
  refused("explain") { Account.all.explain }
  # As `db:charset` asks.
  refused("encoding") { ActiveRecord::Base.connection.encoding }
  # As a migration holds it.
  refused("advisory lock") { ActiveRecord::Base.connection.get_advisory_lock(1) }
end

tell "ActiveRecord #{ActiveRecord::VERSION::STRING}, pg #{PG::VERSION}"
ActiveRecord::Base.establish_connection(
  adapter: "postgresql", host: ENV["PGHOST"], port: ENV["PGPORT"], username: ENV["PGUSER"],
  password: ENV["PGPASSWORD"], database: ENV["PGDATABASE"], pool: 1,
)
%i[start create read aggregate write raw refusals].each do |step|
  tell "--", step.to_s
  send(step)
end
ActiveRecord::Base.connection.disconnect!
