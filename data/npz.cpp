#include <autograd/file.hpp>
#include <data/files.hpp>
#include <data/npy.hpp>
#include <data/npz.hpp>

#include <zip.h>

#include <list>
#include <memory>
#include <new>

namespace xtape::data::npz {

namespace {

constexpr std::string_view suffix = ".npy";
constexpr std::uint64_t best_ratio = 1032;    // deflate packs at most 258 bytes into two bits
constexpr zip_uint16_t first_of_1980 = 0x21;  // the earliest date of the format: files depend on their contents alone

// zip_discard drops an archive without writing it, which suits one that was only read, too.
struct Discard {
  void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, Discard>;

struct CloseMember {
  void operator()(zip_file_t* member) const noexcept { zip_fclose(member); }
};
using Member = std::unique_ptr<zip_file_t, CloseMember>;

struct FreeSource {
  void operator()(zip_source_t* source) const noexcept { zip_source_free(source); }
};
using ZipSource = std::unique_ptr<zip_source_t, FreeSource>;

// libzip's account of an error.
struct ZipError {
  ZipError() { zip_error_init(&error); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  ~ZipError() { zip_error_fini(&error); }
  zip_error_t error;
};

[[noreturn]] void refuse(const std::string& name, const std::string& what, zip_error_t* error) {
  if (zip_error_code_zip(error) == ZIP_ER_MEMORY) throw std::bad_alloc();
  throw IoError(name + ": " + what + ": " + zip_error_strerror(error));
}

// An archive that reads `source` or, made anew, writes to it; it owns one reference to it.
Archive open(ZipSource source, int flags, const std::string& name) {
  ZipError error;
  Archive archive(zip_open_from_source(source.get(), flags, &error.error));
  if (!archive) refuse(name, "this is no zip archive, which .npz files are, or it is damaged", &error.error);
  (void)source.release();
  return archive;
}

// --- reading

// What the archive's directory says of a member, checked against what can be.
zip_stat_t describe(zip_t* archive, zip_uint64_t index, std::uint64_t& unpacked, const InputFile& file) {
  zip_stat_t member;
  zip_stat_init(&member);
  if (zip_stat_index(archive, index, 0, &member) != 0) {
    refuse(file.name(), "member " + std::to_string(index) + " is damaged", zip_get_error(archive));
  }
  const std::string name = file.name() + ": member '" + member.name + "'";
  if (!std::string_view(member.name).ends_with(suffix)) {
    throw IoError(name + " is no array; the members of a .npz file are named .npy");
  }
  if (member.encryption_method != ZIP_EM_NONE) throw IoError(name + " is encrypted");
  if (member.comp_method != ZIP_CM_STORE && member.comp_method != ZIP_CM_DEFLATE) {
    throw IoError(name + " is compressed by method " + std::to_string(member.comp_method) +
                  "; known are 0 (stored) and 8 (deflated)");
  }
  // All members together: they may name the same bytes of the archive.
  if (member.size / best_ratio > file.size() || (unpacked += member.size) / best_ratio > file.size()) {
    throw IoError(name + " claims " + std::to_string(member.size) + " bytes, more than an archive of " +
                  std::to_string(file.size()) + " bytes can hold");
  }
  return member;
}

Tensor read_member(zip_t* archive, const zip_stat_t& description, const std::string& file) {
  const std::string name = file + ": member '" + description.name + "'";
  const Member member(zip_fopen_index(archive, description.index, 0));
  if (!member) refuse(name, "cannot be read", zip_get_error(archive));
  const auto read = [&](void* to, std::size_t bytes) {
    const zip_int64_t count = zip_fread(member.get(), to, bytes);
    if (count < 0) refuse(name, "is damaged", zip_file_get_error(member.get()));
    if (static_cast<std::size_t>(count) == bytes) return;
    throw IoError(name + " ends after " + std::to_string(count) + " bytes where " + std::to_string(bytes) +
                  " were expected");
  };
  Tensor tensor = npy::read({name, description.size, read});
  // The checksum is compared where the member ends.
  char beyond = 0;
  const zip_int64_t more = zip_fread(member.get(), &beyond, 1);
  if (more < 0) refuse(name, "is damaged", zip_file_get_error(member.get()));
  if (more > 0) throw IoError(name + " is longer than the archive's directory says");
  return tensor;
}

// --- writing

void check(bool ok, zip_t* archive, const std::string& name) {
  if (!ok) refuse(name, "cannot be written", zip_get_error(archive));
}

// Adds an array in two pieces, which must live until the archive is closed.
void add_member(zip_t* archive, const std::string& name, const std::string& header, const Tensor& values,
                SaveOptions options, const std::string& file) {
  const std::string where = file + ": member '" + name + "'";
  const auto piece = [](const void* data, std::size_t bytes) {
    return zip_buffer_fragment_t{static_cast<zip_uint8_t*>(const_cast<void*>(data)), bytes};
  };
  const zip_buffer_fragment_t pieces[] = {
      piece(header.data(), header.size()),
      piece(values.raw_data(), values.size() * item_bytes(values.dtype())),
  };
  // A piece of no bytes would count as the end.
  ZipSource source(zip_source_buffer_fragment(archive, pieces, values.size() == 0 ? 1 : 2, 0));
  check(source != nullptr, archive, where);
  const zip_int64_t added = zip_file_add(archive, name.c_str(), source.get(), ZIP_FL_ENC_UTF_8);
  check(added >= 0, archive, where);
  (void)source.release();
  const auto index = static_cast<zip_uint64_t>(added);
  const zip_int32_t method = options.compressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE;
  check(zip_set_file_compression(archive, index, method, 0) == 0, archive, where);
  check(zip_file_set_dostime(archive, index, 0, first_of_1980, 0) == 0, archive, where);
}

// The archive that libzip left in memory.
void copy_archive(zip_source_t* from, std::ostream& out, const std::string& name) {
  const auto checked = [&](bool ok) {
    if (!ok) refuse(name, "cannot be written", zip_source_error(from));
  };
  checked(zip_source_open(from) == 0);
  Bytes piece(1 << 20);
  zip_int64_t count = 0;
  while ((count = zip_source_read(from, piece.data(), piece.size())) > 0) {
    write_bytes(out, ByteSpan(piece).first(static_cast<std::size_t>(count)));
  }
  checked(count == 0);
  zip_source_close(from);
}

// An archive without members: the end of its directory alone. libzip would delete it rather than write it.
void save_empty(const std::filesystem::path& path) {
  std::string end("PK\5\6");
  end.resize(22, '\0');
  replace_file(path, [&](std::ostream& out) { out << end; });
}

}  // namespace

StateDict load(const std::filesystem::path& path) {
  const InputFile file(path);
  ZipError error;
  ZipSource source(zip_source_file_create(path.c_str(), 0, 0, &error.error));
  if (!source) refuse(file.name(), "cannot be read", &error.error);
  const Archive archive = open(std::move(source), ZIP_RDONLY, file.name());

  StateDict tensors;
  std::uint64_t unpacked = 0;
  const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(archive.get(), 0));
  for (zip_uint64_t index = 0; index < count; ++index) {
    const zip_stat_t member = describe(archive.get(), index, unpacked, file);
    std::string_view name = member.name;
    name.remove_suffix(suffix.size());
    Tensor tensor = read_member(archive.get(), member, file.name());
    if (!tensors.emplace(name, std::move(tensor)).second) {
      throw IoError(file.name() + ": two members are named '" + member.name + "'");
    }
  }
  return tensors;
}

void save(const std::filesystem::path& path, const StateDict& tensors, SaveOptions options) {
  if (tensors.empty()) return save_empty(path);
  const std::string file = quoted(path);
  ZipError error;
  const ZipSource memory(zip_source_buffer_create(nullptr, 0, 0, &error.error));
  if (!memory) throw std::bad_alloc();
  zip_source_keep(memory.get());
  Tensors values;
  std::list<std::string> headers;  // of which the members are made: their addresses must stay
  Archive archive = open(ZipSource(memory.get()), ZIP_TRUNCATE, file);
  for (const auto& [name, tensor] : tensors) {
    values.push_back(tensor.detach().contiguous());
    headers.push_back(npy::header(tensor, file));
    add_member(archive.get(), name + std::string(suffix), headers.back(), values.back(), options, file);
  }
  check(zip_close(archive.get()) == 0, archive.get(), file);
  (void)archive.release();
  replace_file(path, [&](std::ostream& out) { copy_archive(memory.get(), out, file); });
}

}  // namespace xtape::data::npz
