// What is known about each weight type without regard to kernels.
#include "kernels.h"

static const struct {
  size_t group, bytes;
  kvk_form form;
} types[KVK_TYPE_COUNT] = {
    [KVK_F32] = {1, 4, KVK_FORM_F32},
    [KVK_F16] = {1, 2, KVK_FORM_F16},
    [KVK_BF16] = {1, 2, KVK_FORM_BF16},
    [KVK_Q8_0] = {32, 34, KVK_FORM_Q8_32},
    [KVK_Q4_0] = {32, 18, KVK_FORM_Q8_32},
    [KVK_Q5_0] = {32, 22, KVK_FORM_Q8_32},
    [KVK_Q4_K] = {256, 144, KVK_FORM_Q8_256},
    [KVK_Q5_K] = {256, 176, KVK_FORM_Q8_256},
    [KVK_Q6_K] = {256, 210, KVK_FORM_Q8_256},
};

size_t kvk_type_group(kvk_type type) { return types[type].group; }

size_t kvk_type_group_bytes(kvk_type type) { return types[type].bytes; }

kvk_form kvk_type_form(kvk_type type) { return types[type].form; }

size_t kvk_row_bytes(kvk_type type, size_t count) {
  return count / types[type].group * types[type].bytes;
}
