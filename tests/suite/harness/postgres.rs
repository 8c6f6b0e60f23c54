use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use tests::Postgres;

#[test]
fn each_database_is_fresh_and_its_own() {
    let (one, two) = (Postgres::new(), Postgres::new());
    one.connect().batch_execute("CREATE TABLE only_here (id bigint)").unwrap();
    assert!(diesel::sql_query("SELECT * FROM only_here").execute(&mut two.connect()).is_err());
    let copy = Postgres::copy_of(one.name());
    assert!(diesel::sql_query("SELECT * FROM only_here").execute(&mut copy.connect()).is_ok());
}
