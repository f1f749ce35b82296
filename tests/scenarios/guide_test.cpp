#include "host/commands/validate.h"
#include "support/guide.h"

#include <gtest/gtest.h>

namespace crine::test {
namespace {

/// Every whole scenario of docs/guide gives what the text says.
TEST(Guide, ExamplesShowWhatTheTextSays) {
    for (auto const& chapter : chapters()) {
        TemporaryFolder const folder;
        ValidateOptions options;
        for (auto const& example : write_examples(chapter, folder)) options.cases.push_back(example.string());
        EXPECT_TRUE(validate(options)) << chapter;
    }
}

}  // namespace
}  // namespace crine::test
