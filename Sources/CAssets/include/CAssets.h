// Files that are part of the program.
#ifndef KVASIR_CASSETS_H
#define KVASIR_CASSETS_H

#include <stddef.h>

/// The bytes of a file, never freed, never changed.
typedef struct kvasir_asset {
  /// 64-byte aligned.
  const void *bytes;
  size_t count;
} kvasir_asset;

/// The language model that ships with Kvasir, a GGUF file.
kvasir_asset kvasir_support_model(void);

#endif
