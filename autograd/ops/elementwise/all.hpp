// Every row of the elementwise table, in the order of their numbers; see README.md in this folder.
// What the user of the table did not define stands for something simpler.

#ifndef XTAPE_TEST_1
#define XTAPE_TEST_1(name, value, doc) XTAPE_OP_1(boolean, name, domain(-3, 3), value, zero, doc)
#endif
#ifndef XTAPE_TEST_2
#define XTAPE_TEST_2(name, value, doc) XTAPE_OP_2(boolean, name, domain(-3, 3), domain(-3, 3), value, zero, zero, doc)
#endif
#ifndef XTAPE_DEFAULT_2
#define XTAPE_DEFAULT_2(name, value)
#endif
#ifndef XTAPE_DEFAULT_3
#define XTAPE_DEFAULT_3(name, value, last_value)
#endif
#ifndef XTAPE_ALIAS_1
#define XTAPE_ALIAS_1(alias, name, domain_0)
#endif
#ifndef XTAPE_ALIAS_2
#define XTAPE_ALIAS_2(alias, name, domain_0, domain_1)
#endif

#include "activations.hpp"
#include "arithmetic.hpp"
#include "comparisons.hpp"
#include "functions.hpp"
#include "rounding.hpp"
#include "selection.hpp"
#include "special.hpp"
#include "trigonometry.hpp"

#undef XTAPE_OP_1
#undef XTAPE_OP_2
#undef XTAPE_OP_3
#undef XTAPE_TEST_1
#undef XTAPE_TEST_2
#undef XTAPE_DEFAULT_2
#undef XTAPE_DEFAULT_3
#undef XTAPE_ALIAS_1
#undef XTAPE_ALIAS_2
