#include <cmath>
#include <xtape.hpp>

#include <expectations.hpp>
#include <scratch_files.hpp>

using namespace xtape;
using data::ColumnType;
using data::Table;

namespace {

Table table_of(const std::string& text, const data::CsvOptions& options = {}) {
  return Table(bytes_of(text), "'t.csv'", options);
}

std::string error_of(const std::string& text, const data::CsvOptions& options = {}) {
  return message_of<IoError>([&] { table_of(text, options); });
}

const char* const people =
    "name,age,height,member\n"
    "Ann,31,1.75,true\n"
    "\"Berg, Bo\",4,1.1e0,false\n"
    "Cy,27,-0.5,true\n";

}  // namespace

TEST_CASE("columns have the types of their fields") {
  const Table table = table_of(people);
  CHECK(table.rows() == 3);
  CHECK(table.columns() == std::vector<std::string>{"name", "age", "height", "member"});
  CHECK(table.type("name") == ColumnType::text);
  CHECK(identical(table["age"], Tensor(xt::xarray<std::int64_t>{31, 4, 27})));
  CHECK(identical(table["height"], Tensor(xt::xarray<double>{1.75, 1.1, -0.5})));
  CHECK(identical(table["member"], Tensor(xt::xarray<bool>{true, false, true})));
  CHECK(table.text("name") == std::vector<std::string>{"Ann", "Berg, Bo", "Cy"});
  CHECK(identical(table.matrix({"height", "age", "member"}),
                  Tensor(xt::xarray<float>{{1.75f, 31, 1}, {1.1f, 4, 0}, {-0.5f, 27, 1}})));
  CHECK(table.matrix({"age"}, int64).dtype() == int64);
}

TEST_CASE("numbers may have signs, blanks and exponents; what does not fit in 64 bits is no whole number") {
  const Table table = table_of("a,b,c\n+1, 2 ,9223372036854775807\n-3,4e2,9223372036854775808\n");
  CHECK(identical(table["a"], Tensor(xt::xarray<std::int64_t>{1, -3})));
  CHECK(identical(table["b"], Tensor(xt::xarray<double>{2, 400})));
  CHECK(table.type("c") == ColumnType::real);
  CHECK(table_of("a\n1\n1.5x\n").type("a") == ColumnType::text);
  CHECK(table_of("a\n+-1\n").type("a") == ColumnType::text);
}

TEST_CASE("quoted fields hold separators, line ends and quotes") {
  const Table table = table_of("a,\"b\"\"b\"\r\n\"x,\r\ny\",\"say \"\"hi\"\"\"\r\n\r\n\"\",\"NA\"\r\n");
  CHECK(table.columns() == std::vector<std::string>{"a", "b\"b"});
  CHECK(table.rows() == 2);
  CHECK(table.text("a") == std::vector<std::string>{"x,\r\ny", ""});
  CHECK(table.text("b\"b") == std::vector<std::string>{"say \"hi\"", "NA"});
  CHECK_FALSE(table.missing("a").item<bool>(1));  // in quotes, nothing is missing
}

TEST_CASE("separators, line ends and byte order marks vary") {
  CHECK(identical(table_of("\xef\xbb\xbf"
                           "a;b\n1,5;2\n",
                           {.separator = ';'})["b"],
                  Tensor(xt::xarray<std::int64_t>{2})));
  CHECK(table_of("a\tb\r1\t2\r", {.separator = '\t'}).rows() == 1);
  CHECK(table_of("a,b\n1,2").rows() == 1);
  CHECK(table_of("a,b\n\n1,\n").missing("b").item<bool>(0));
  CHECK(table_of("a\n").rows() == 0);
  CHECK(table_of("a\n")["a"].shape() == Shape({0}));
  const Table nameless = table_of("1,2\n3,4\n", {.header = false});
  CHECK(identical(nameless["1"], Tensor(xt::xarray<std::int64_t>{2, 4})));
}

TEST_CASE("missing values are NaN, and can be asked for and dropped") {
  const Table table = table_of("a,b,c\n1,x,1\n,y,2\n3,NA,?\nNaN,z,4\n");
  CHECK(table.type("a") == ColumnType::real);
  CHECK(table.type("c") == ColumnType::real);
  const Tensor a = table["a"];
  CHECK(a.item(0) == 1.0);
  CHECK(std::isnan(a.item(1)));
  CHECK(std::isnan(a.item(3)));
  CHECK(identical(table.missing("b"), Tensor(xt::xarray<bool>{false, false, true, false})));
  CHECK(identical(table.without_missing()["a"], Tensor(xt::xarray<double>{1})));
  CHECK(identical(table.without_missing({"c"})["c"], Tensor(xt::xarray<double>{1, 2, 4})));
  const Table own = table_of("a\n-9\n4\n", {.missing = {"-9"}});
  CHECK(std::isnan(own["a"].item(0)));
  CHECK(table_of("a,b\n,1\n,2\n").type("a") == ColumnType::real);
}

TEST_CASE("categories are numbered alphabetically or as told") {
  const Table table = table_of("animal\ndog\ncat\ndog\nant\n");
  const auto [ids, names] = table.categories("animal");
  CHECK(identical(ids, Tensor(xt::xarray<std::int64_t>{2, 1, 2, 0})));
  CHECK(names == std::vector<std::string>{"ant", "cat", "dog"});
  CHECK(identical(table.categories("animal", {"dog", "cat", "ant"}).ids, Tensor(xt::xarray<std::int64_t>{0, 1, 0, 2})));
  check_says(message_of<IoError>([&] {
               table.categories("animal", {"dog", "cat"});
             }),
             {"'t.csv', line 5, column 'animal'", "'ant' is none of 'dog', 'cat'"});
  check_says(message_of<IoError>([] { table_of("a,b\n1,x\n2,\n").categories("b"); }), {"line 3", "'b'", "missing"});
}

TEST_CASE("a table makes a data set") {
  const Table table = table_of(people);
  const data::Dataset by_name = table.dataset("name", {"age", "height"});
  CHECK(by_name.inputs().shape() == Shape({3, 2}));
  CHECK(by_name.inputs().dtype() == float32);
  CHECK(identical(by_name.targets(), Tensor(xt::xarray<std::int64_t>{0, 1, 2})));
  CHECK(table.dataset("height", {"age"}).targets().dtype() == float32);
  CHECK(table.dataset("age", {"height"}).targets().dtype() == int64);
  CHECK(table_of("x,y,t\n1,2,3\n").dataset("t").inputs().shape() == Shape({1, 2}));
  const Table gaps = table_of("x,t\n1,2\n\n,3\n");
  check_says(message_of<IoError>([&] { gaps.dataset("t"); }), {"line 4, column 'x'", "missing", "without_missing()"});
  CHECK(gaps.without_missing().dataset("t").size() == 1);
}

TEST_CASE("errors name the file, the line and the column") {
  check_says(error_of("a,b\n1,2\n3\n"), {"'t.csv', line 3", "1 fields", "first line has 2"});
  check_says(error_of("a,b\n\"x\ny\",2\n3,4,5\n"), {"line 4", "3 fields"});
  check_says(error_of("a,b\n1,\"2\n3,4\n"), {"line 2", "never closed"});
  check_says(error_of("a,b\n1,\"2\"x\n"), {"line 2", "followed by 'x'"});
  check_says(error_of("a,b,a\n"), {"line 1", "two columns", "'a'"});
  check_says(error_of(""), {"'t.csv'", "no header"});
  check_says(error_of("a,b\n1,2\nx,3\n", {.types = {{"a", ColumnType::integer}}}),
             {"line 3, column 'a'", "'x' is not a whole number"});
  check_says(error_of("a\n1\n1.5\n", {.types = {{"a", ColumnType::boolean}}}), {"line 2", "'1' is not true or false"});
  check_says(error_of("a,b\n1,2\n,3\n", {.types = {{"a", ColumnType::integer}}}), {"line 3", "a missing value"});
  CHECK(table_of("zip\n01234\n", {.types = {{"zip", ColumnType::text}}}).text("zip")[0] == "01234");
  CHECK(table_of("a\n1\n", {.types = {{"a", ColumnType::real}}})["a"].dtype() == float64);

  const Table table = table_of(people);
  check_says(message_of<Error>([&] { (void)table["agee"]; }), {"'t.csv'", "no column 'agee'", "'name', 'age'"});
  check_says(message_of<DtypeError>([&] { (void)table["name"]; }), {"'name' holds texts", "'Ann'", "categories()"});
  check_says(message_of<Error>([] { table_of("a\n1\n", {.types = {{"b", ColumnType::real}}}); }), {"no column 'b'"});
}

TEST_CASE("tables are read from files, plain and gzipped") {
  const ScratchFolder folder;
  write_plainly(folder / "people.csv", bytes_of(people));
  write_plainly(folder / "people.csv.gz", data::gzip(bytes_of(people)));
  for (const char* name : {"people.csv", "people.csv.gz"}) CHECK(data::read_csv(folder / name).rows() == 3);
  check_says(message_of<IoError>([&] { data::read_csv(folder / "none.csv"); }), {"none.csv'", "No such file"});
  write_plainly(folder / "bad.csv", bytes_of("a,b\n1\n"));
  check_says(message_of<IoError>([&] { data::read_csv(folder / "bad.csv"); }), {"bad.csv', line 2"});
}

TEST_CASE("a table that is written reads as the same values") {
  const ScratchFolder folder;
  const double nan = std::nan("");
  const data::CsvColumns columns = {
      {"epoch", Tensor(xt::xarray<std::int64_t>{1, -2, 9223372036854775807})},
      {"loss, \"mean\"", Tensor(xt::xarray<double>{0.1, -1e-300, nan})},
      {"rate", Tensor(xt::xarray<float>{0.1f, 1.0f / 3.0f, 16777216.0f})},
      {"better", Tensor(xt::xarray<bool>{true, false, true})},
  };
  for (const std::string name : {"t.csv", "t.csv.gz"}) {
    data::write_csv(folder / name, columns);
    const Table table = data::read_csv(folder / name);
    CHECK(table.columns() == std::vector<std::string>{"epoch", "loss, \"mean\"", "rate", "better"});
    CHECK(identical(table["epoch"], columns[0].second));
    CHECK(identical(table["better"], columns[3].second));
    CHECK(table["loss, \"mean\""].item(1) == -1e-300);
    CHECK(std::isnan(table["loss, \"mean\""].item(2)));
    CHECK(identical(table.matrix({"rate"}), reshape(columns[2].second, {3, 1})));
  }
  data::write_csv(folder / "empty.csv", {{"", zeros({0})}});
  CHECK(data::read_file(folder / "empty.csv") == bytes_of("\"\"\n"));
}

TEST_CASE("columns that are no table are refused, and the old file stays") {
  const ScratchFolder folder;
  data::write_csv(folder / "t.csv", {{"a", ones({1})}});
  const auto refused = [&](const data::CsvColumns& columns) { data::write_csv(folder / "t.csv", columns); };
  check_says(message_of<Error>([&] { refused({}); }), {"write_csv", "no columns"});
  check_says(message_of<Error>([&] { refused({{"a", ones({1})}, {"a", ones({1})}}); }), {"two columns", "'a'"});
  check_says(message_of<ShapeError>([&] { refused({{"a", ones({2})}, {"b", ones({3})}}); }), {"'b'", "(3,)", "(2,)"});
  check_says(message_of<ShapeError>([&] { refused({{"a", ones({2, 1})}}); }), {"'a'", "(2, 1)", "(2,)"});
  CHECK(data::read_file(folder / "t.csv") == bytes_of("a\n1\n"));
}
