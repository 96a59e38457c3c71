#ifndef WEIR_CJQ_H
#define WEIR_CJQ_H

#include <jq.h>

#endif
