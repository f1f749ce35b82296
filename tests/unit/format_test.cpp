#include "host/text/format.h"

#include <gtest/gtest.h>

namespace crine::test {
namespace {

TEST(Format, NumbersReadBackTheSame) {
    EXPECT_EQ(number(0.1), "0.1");
    EXPECT_EQ(number(5), "5");
    for (double const value : {1.0 / 3, 6.02214076e23, -1e-300}) EXPECT_EQ(std::stod(number(value)), value);
}

TEST(Format, RoundedNumbersStayPlainWhereTheyCan) {
    EXPECT_EQ(rounded(2000), "2000");
    EXPECT_EQ(rounded(0.012345), "0.0123");
    EXPECT_EQ(rounded(60), "60");
    EXPECT_EQ(rounded(1.5e9), "1.5e+09");
}

TEST(Format, TimesHaveTheUnitThatSuitsThem) {
    EXPECT_EQ(duration(0), "0 s");
    EXPECT_EQ(duration(14 * 86400.0), "14 d");
    EXPECT_EQ(duration(5400), "1.5 h");
    EXPECT_EQ(duration(3599.9999), "1 h");
    EXPECT_EQ(duration(0.25), "250 ms");
    EXPECT_EQ(wall_time(4.23), "4.2 s");
    EXPECT_EQ(wall_time(200), "3 min 20 s");
    EXPECT_EQ(wall_time(7505), "2 h 05 min");
    EXPECT_EQ(wall_time(90000), "1 d 01 h");
}

TEST(Format, CountsAreGrouped) {
    EXPECT_EQ(count(0), "0");
    EXPECT_EQ(count(9999), "9999");
    EXPECT_EQ(count(10000), "10000");
    EXPECT_EQ(count(155000000), "155000000");
    EXPECT_EQ(counted(1, "cell"), "1 cell");
    EXPECT_EQ(counted(17000, "cell"), "17000 cells");
    EXPECT_EQ(bytes(512), "512 B");
    EXPECT_EQ(bytes(1024.0 * 1024 * 3), "3 MiB");
}

TEST(Format, FieldsOfTablesAreQuotedWhereTheyMustBe) {
    EXPECT_EQ(csv_field("IL-10 [nM]"), "IL-10 [nM]");
    EXPECT_EQ(csv_field("a, \"b\""), "\"a, \"\"b\"\"\"");
}

}  // namespace
}  // namespace crine::test
