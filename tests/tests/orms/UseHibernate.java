import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import javax.persistence.CascadeType;
import javax.persistence.Column;
import javax.persistence.Entity;
import javax.persistence.FetchType;
import javax.persistence.GeneratedValue;
import javax.persistence.GenerationType;
import javax.persistence.Id;
import javax.persistence.JoinColumn;
import javax.persistence.ManyToOne;
import javax.persistence.MappedSuperclass;
import javax.persistence.OneToMany;
import javax.persistence.OrderBy;
import javax.persistence.SequenceGenerator;
import javax.persistence.Table;
import javax.persistence.Temporal;
import javax.persistence.TemporalType;
import javax.persistence.Version;
import org.hibernate.Criteria;
import org.hibernate.JDBCException;
import org.hibernate.LockMode;
import org.hibernate.LockOptions;
import org.hibernate.Query;
import org.hibernate.ScrollableResults;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.Transaction;
import org.hibernate.cfg.Configuration;
import org.hibernate.criterion.MatchMode;
import org.hibernate.criterion.Order;
import org.hibernate.criterion.Projections;
import org.hibernate.criterion.Restrictions;
import org.hibernate.jdbc.Work;

/** A CRM with Hibernate on PostgreSQL's JDBC driver, told line by line on standard output. */
public class UseHibernate {
    static final String MARK = System.getenv("MARK");

    /** Of a tenant, which the database itself fills in. */
    @MappedSuperclass
    public static class Owned {
        @Id @GeneratedValue(strategy = GenerationType.IDENTITY) public Long id;
        @Column(name = "tenant_id", insertable = false, updatable = false)
        @org.hibernate.annotations.Generated(org.hibernate.annotations.GenerationTime.INSERT)
        @org.hibernate.annotations.Type(type = "pg-uuid") public java.util.UUID tenant;
    }

    @Entity(name = "Account") @Table(name = "accounts")
    public static class Account extends Owned {
        @Column(length = 200) public String name;
        public String industry;
        public String city;
        @OneToMany(mappedBy = "account", cascade = CascadeType.ALL) @OrderBy("name")
        public List<Contact> contacts = new ArrayList<Contact>();
        @OneToMany(mappedBy = "account") @org.hibernate.annotations.BatchSize(size = 5)
        public List<Deal> deals = new ArrayList<Deal>();

        public Account() {}
        Account(String name, String industry, String city) {
            this.name = name;
            this.industry = industry;
            this.city = city;
        }
    }

    @Entity(name = "Contact") @Table(name = "contacts")
    public static class Contact extends Owned {
        @ManyToOne(fetch = FetchType.LAZY) @JoinColumn(name = "account_id") public Account account;
        public String name;
        public String email;
    }

    @Entity(name = "Deal") @Table(name = "deals")
    public static class Deal {
        @Id @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "deals")
        @SequenceGenerator(name = "deals", sequenceName = "deals_id_seq", allocationSize = 1)
        public Long id;
        @ManyToOne(fetch = FetchType.LAZY) @JoinColumn(name = "account_id") public Account account;
        public String title;
        public String stage = "lead";
        public BigDecimal amount;
        @Column(name = "closes_on") @Temporal(TemporalType.DATE) public Date closesOn;
        @Version public int version;
    }

    static void tell(Object... words) {
        for (int at = 0; at < words.length; at++) {
            if (words[at] instanceof List) words[at] = ((List<?>) words[at]).toArray();
        }
        System.out.println(Arrays.deepToString(words));
    }

    static SessionFactory connect() {
        String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/"
            + System.getenv("PGDATABASE") + "?prepareThreshold=2&ApplicationName=crm";
        return new Configuration()
            .setProperty("hibernate.connection.driver_class", "org.postgresql.Driver")
            .setProperty("hibernate.connection.url", url)
            .setProperty("hibernate.connection.username", System.getenv("PGUSER"))
            .setProperty("hibernate.connection.password", System.getenv("PGPASSWORD"))
            .setProperty("hibernate.connection.pool_size", "1")
            .setProperty("hibernate.dialect", "org.hibernate.dialect.PostgreSQLDialect")
            .setProperty("hibernate.hbm2ddl.auto", "validate")
            .setProperty("hibernate.jdbc.batch_size", "4")
            .addAnnotatedClass(Account.class)
            .addAnnotatedClass(Contact.class)
            .addAnnotatedClass(Deal.class)
            .buildSessionFactory();
    }

    /** What tools and later releases of Hibernate ask of the driver. */
    static void metadata(Connection connection) throws SQLException {
        DatabaseMetaData about = connection.getMetaData();
        tell(about.getDatabaseProductName(), about.getMaxConnections() >= 0, about.getDefaultTransactionIsolation(),
            connection.getSchema(), connection.getTransactionIsolation());
        show(about.getSchemas(), "TABLE_SCHEM");
        show(about.getTables(null, "public", "%", new String[] {"TABLE", "VIEW"}), "TABLE_NAME", "TABLE_TYPE", "REMARKS");
        show(about.getColumns(null, "public", "%", "%"), "TABLE_NAME", "COLUMN_NAME", "TYPE_NAME", "NULLABLE", "COLUMN_DEF", "IS_AUTOINCREMENT");
        for (String table : new String[] {"accounts", "contacts", "deals", "activities"}) {
            show(about.getPrimaryKeys(null, "public", table), "COLUMN_NAME", "PK_NAME");
            show(about.getImportedKeys(null, "public", table), "PKTABLE_NAME", "FKCOLUMN_NAME", "FK_NAME");
            show(about.getExportedKeys(null, "public", table), "FKTABLE_NAME", "FK_NAME");
        }
    }

    static void show(ResultSet rows, String... columns) throws SQLException {
        List<Object> all = new ArrayList<Object>();
        while (rows.next()) {
            List<Object> row = new ArrayList<Object>();
            for (String column : columns) row.add(rows.getString(column));
            all.add(row);
        }
        tell(all);
        rows.close();
    }

    static void create(Session db) {
        Account bakery = new Account(MARK + " Bakery", "food", "Bern");
        for (int at = 0; at < 2; at++) {
            Contact contact = new Contact();
            contact.account = bakery;
            contact.name = "Ann " + at;
            contact.email = "ann" + at + "@" + MARK;
            bakery.contacts.add(contact);
        }
        db.save(bakery);
        tell(bakery.tenant != null);
        for (int at = 0; at < 10; at++) {
            Account account = new Account(MARK + " 0" + at, "trade", "Zug");
            db.save(account);
            Deal deal = new Deal();
            deal.account = account;
            deal.title = "Deal " + at;
            deal.amount = new BigDecimal(at * 100);
            deal.closesOn = java.sql.Date.valueOf("2025-0" + (1 + at % 9) + "-01");
            db.persist(deal);
        }
    }

    static void read(Session db) {
        tell(db.createQuery("select count(*) from Account").uniqueResult());
        tell(db.createQuery("select name from Account where lower(name) like :part order by name").setString("part", "%bak%").list());
        Criteria found = db.createCriteria(Account.class).add(Restrictions.ilike("name", "0", MatchMode.ANYWHERE))
            .add(Restrictions.in("city", new String[] {"Zug", "Bern"})).addOrder(Order.desc("name")).setFirstResult(2).setMaxResults(3);
        for (Object account : found.list()) tell(((Account) account).name, ((Account) account).deals.size());
        Account bakery = (Account) db.createQuery("from Account a left join fetch a.contacts where a.city = 'Bern' and a.industry = 'food'").list().get(0);
        tell(bakery.contacts.size(), ((Account) db.get(Account.class, bakery.id)).name, db.get(Account.class, 0L));
        tell(db.createQuery("select d.title, d.account.name from Deal d where d.amount between 200 and 400 and exists (select 1 from Account a where a = d.account) order by d.title").list().size());
        db.clear();
        tell(((Deal) db.createQuery("from Deal where title = 'Deal 3'").uniqueResult()).account.city);
        ScrollableResults rows = db.createQuery("select name from Account order by name").setFetchSize(4).scroll();
        int number = 0;
        while (rows.next()) number++;
        tell(number);
    }

    static void aggregate(Session db) {
        tell(db.createQuery("select a.city, count(*), sum(d.amount), max(d.closesOn) from Deal d join d.account a group by a.city having count(*) > 0 order by a.city").list());
        tell(db.createCriteria(Deal.class).setProjection(Projections.projectionList().add(Projections.avg("amount")).add(Projections.rowCount())).list());
        tell(db.createQuery("select year(closesOn), extract(month from closesOn) from Deal where closesOn < current_date order by title").setMaxResults(2).list());
    }

    static void write(Session db) {
        Deal deal = (Deal) db.createQuery("from Deal where title = 'Deal 1'").uniqueResult();
        db.buildLockRequest(LockOptions.UPGRADE).lock(deal);
        db.refresh(deal, new LockOptions(LockMode.PESSIMISTIC_READ));
        deal.stage = "won";
        db.flush();
        tell(deal.version, db.createQuery("update Deal set stage = 'big' where amount > 700").executeUpdate());
        Query many = db.createQuery("from Account where city = 'Zug' order by name").setLockMode("this", LockMode.NONE);
        for (Object account : many.list()) ((Account) account).city = "Basel";
        db.flush();
        tell(db.createQuery("delete from Deal where title = 'Deal 2'").executeUpdate());
        db.delete(db.createQuery("from Account where city = 'Bern'").uniqueResult());
        db.flush();
        tell(db.createQuery("select count(*) from Contact").uniqueResult());
        tell(db.createSQLQuery("SELECT name FROM accounts WHERE city = :city ORDER BY name LIMIT 2").setString("city", "Basel").list());
    }

    static void twice(Session db) {
        db.save(new Account(MARK + " 01", "twice", null));
    }

    interface Step { void run(Session db); }

    static void inTransaction(SessionFactory factory, String name, Step step) {
        tell(name);
        Session db = factory.openSession();
        Transaction transaction = db.beginTransaction();
        try {
            step.run(db);
            transaction.commit();
        } catch (JDBCException error) {
            tell(error.getClass().getSimpleName(), error.getSQLState());
            transaction.rollback();
        } finally {
            db.close();
        }
    }

    public static void main(String[] arguments) {
        // A program that is run from its source has a loader of its own.
        Thread.currentThread().setContextClassLoader(UseHibernate.class.getClassLoader());
        System.out.println("Hibernate 3.6.10, JDBC " + org.postgresql.util.DriverInfo.DRIVER_VERSION);
        SessionFactory factory = connect();
        inTransaction(factory, "metadata", new Step() { public void run(Session db) {
            db.doWork(new Work() { public void execute(Connection connection) throws SQLException { metadata(connection); } });
        } });
        inTransaction(factory, "create", UseHibernate::create);
        inTransaction(factory, "read", UseHibernate::read);
        inTransaction(factory, "aggregate", UseHibernate::aggregate);
        inTransaction(factory, "write", UseHibernate::write);
        inTransaction(factory, "twice", UseHibernate::twice);
        inTransaction(factory, "rolled back", db -> { db.createQuery("delete from Deal").executeUpdate(); throw new JDBCException("no", new SQLException("no", "00000")); });
        inTransaction(factory, "left", db -> tell(db.createQuery("select count(*) from Deal").uniqueResult()));
        factory.close();
    }
}
