// The kernel's rows in C++: generator, laws and trajectories are those of Benchmarks/Twins, so that hashes must be equal.
//
//   clang++ -O3 -std=c++20 twins.cpp -o twins && ./twins ROW
//
// Prints one line of JSON: row, structure, events, nanoseconds of CPU time an event, and the hash of what happened.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using u128 = unsigned __int128;

/// xoshiro256++ (Blackman & Vigna 2019), seeded by SplitMix64.
struct Generator {
  u64 a, b, c, d;

  explicit Generator(u64 seed) {
    auto split = [&seed] {
      u64 z = seed += 0x9e3779b97f4a7c15;
      z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
      z = (z ^ z >> 27) * 0x94d049bb133111eb;
      return z ^ z >> 31;
    };
    a = split(), b = split(), c = split(), d = split();
  }
  u64 next() {
    const u64 result = std::rotl(a + d, 23) + a, t = b << 17;
    c ^= a, d ^= b, b ^= c, a ^= d, c ^= t, d = std::rotl(d, 45);
    return result;
  }
  double uniform() { return (double(next() >> 11) + 0.5) * 0x1p-53; }
  u64 exponential(double mean) { return u64(-std::log(uniform()) * mean); }
};

/// What happened, folded.
struct Trace {
  u64 state = 0;
  void fold(u64 time, u64 what) { state = (state ^ time) * 0x100000001b3 + what; }
};

struct Event {
  u64 time, payload;
};

/// A monotone radix heap (Ahuja, Mehlhorn, Orlin & Tarjan 1990), first in first out among equal times.
class RadixHeap {
  std::array<std::vector<Event>, 65> buckets;
  u64 last = 0, occupied = 0;
  size_t head = 0, pending = 0;

  static int bucket(u64 difference) { return difference ? 64 - std::countl_zero(difference) : 0; }
  void place(Event event) {
    const int b = bucket(event.time ^ last);
    buckets[b].push_back(event);
    if (b) occupied |= u64(1) << (b - 1);
  }

public:
  bool empty() const { return pending == 0; }
  void push(u64 time, u64 payload) {
    place({time, payload});
    ++pending;
  }
  Event pop() {
    if (head == buckets[0].size()) {
      buckets[0].clear();
      head = 0;
      const int b = std::countr_zero(occupied) + 1;
      occupied &= occupied - 1;
      last = std::min_element(buckets[b].begin(), buckets[b].end(), [](auto& x, auto& y) { return x.time < y.time; })->time;
      for (const Event& event : buckets[b]) place(event);
      buckets[b].clear();
    }
    --pending;
    return buckets[0][head++];
  }
};

/// A heap of fan-out four with a sequence number for ties: what a careful program without a monotone queue uses.
class QuadHeap {
  struct Entry {
    u64 time, sequence, payload;
    bool operator<(const Entry& other) const { return time != other.time ? time < other.time : sequence < other.sequence; }
  };
  std::vector<Entry> entries;
  u64 sequence = 0;

public:
  bool empty() const { return entries.empty(); }
  void push(u64 time, u64 payload) {
    const Entry entry{time, sequence++, payload};
    size_t i = entries.size();
    entries.push_back(entry);
    for (size_t up; i && entry < entries[up = (i - 1) / 4]; i = up) entries[i] = entries[up];
    entries[i] = entry;
  }
  Event pop() {
    const Entry first = entries.front(), moved = entries.back();
    entries.pop_back();
    const size_t n = entries.size();
    for (size_t i = 0; n;) {
      const size_t child = 4 * i + 1, end = std::min(child + 4, n);
      size_t least = child;
      for (size_t k = child + 1; k < end; ++k) least = entries[k] < entries[least] ? k : least;
      if (child >= n || !(entries[least] < moved)) {
        entries[i] = moved;
        break;
      }
      entries[i] = entries[least];
      i = least;
    }
    return {first.time, first.payload};
  }
};

/// The earliest of a few entities in one word each: time above, number below (a tournament).
template <int BITS> class PackedTournament {
  std::array<u64, 2 << BITS> nodes;

public:
  static constexpr u64 none = ~u64(0);
  PackedTournament() { nodes.fill(none); }
  bool empty() const { return nodes[1] == none; }
  u64 time() const { return nodes[1] >> BITS; }
  u32 entity() const { return u32(nodes[1] & ((1 << BITS) - 1)); }
  void clear(u32 entity) { replay(entity, none); }
  void set(u32 entity, u64 time) { replay(entity, time << BITS | entity); }

private:
  void replay(u32 entity, u64 key) {
    for (u32 i = (1 << BITS) + entity;; i >>= 1) {
      nodes[i] = key;
      if (i == 1) return;
      key = std::min(key, nodes[i ^ 1]);
    }
  }
};

double cpu() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

void report(const std::string& row, const char* structure, u64 events, double seconds, u64 hash) {
  std::printf(
    "{\"row\": \"%s\", \"by\": \"C++ %s\", \"events\": %llu, \"ns\": %.3f, \"hash\": \"%016llx\"}\n", row.c_str(),
    structure, (unsigned long long)events, seconds / double(events) * 1e9, (unsigned long long)hash);
}

// MARK: Hold

/// A tenth of the events warms up; then each event puts another down, an exponential time of a table later.
template <class Queue> void hold(const std::string& row, const char* structure, u64 pending, u64 events) {
  std::vector<u64> times(65536);
  for (size_t i = 0; i < times.size(); ++i) times[i] = u64(-std::log((double(i) + 0.5) / 65536) * 1e6);
  std::vector<u32> visits(pending);
  Queue queue;
  Generator draws(42);
  Trace trace;
  for (u64 i = 0; i < pending; ++i) queue.push(times[draws.next() >> 48], i);
  auto step = [&] {
    const Event event = queue.pop();
    const u64 bits = draws.next();
    ++visits[event.payload];
    queue.push(event.time + times[bits >> 48], (bits & 0xffffffff) * pending >> 32);
    return event;
  };
  for (u64 i = 0; i < events / 10; ++i) step();
  const double begin = cpu();
  for (u64 i = 0; i < events; ++i) {
    const Event event = step();
    trace.fold(event.time, event.payload);
  }
  report(row, structure, events, cpu() - begin, trace.state);
}

// MARK: M/M/1

/// Customers that wait, by the time they came.
class Line {
  std::vector<u64> ring = std::vector<u64>(1 << 16);
  size_t head = 0, tail = 0;

public:
  bool empty() const { return head == tail; }
  void push(u64 time) {
    if (tail - head == ring.size()) std::abort();
    ring[tail++ & (ring.size() - 1)] = time;
  }
  u64 pop() { return ring[head++ & (ring.size() - 1)]; }
};

constexpr double arrivalMean = 1'250'000, serviceMean = 1'000'000;

/// Arrivals happen at even nanoseconds, departures at odd ones: no structure has a tie to break its own way.
u64 even(u64 time) { return time & ~u64(1); }
u64 odd(u64 time) { return time | 1; }

/// `schedule(kind, time)` puts an arrival (0) or a departure (1) down; `next` takes one or says that none is left.
template <class Schedule, class Next>
void mm1(const std::string& row, const char* structure, u64 customers, Schedule schedule, Next next) {
  Generator arrivals(1), services(2);
  Line line;
  Trace trace;
  u64 arrived = 1, events = 0, waited = 0;
  bool busy = false;
  const double begin = cpu();
  schedule(0, even(arrivals.exponential(arrivalMean)));
  for (Event event; next(event); ++events) {
    if (event.payload == 0) {
      if (arrived < customers) {
        ++arrived;
        schedule(0, even(event.time + arrivals.exponential(arrivalMean)));
      }
      if (busy) line.push(event.time);
      else {
        busy = true;
        schedule(1, odd(event.time + services.exponential(serviceMean)));
      }
    } else if (line.empty()) busy = false;
    else {
      waited += event.time - line.pop();
      schedule(1, odd(event.time + services.exponential(serviceMean)));
    }
    trace.fold(event.time, event.payload);
  }
  trace.fold(waited, arrived);
  report(row, structure, events, cpu() - begin, trace.state);
}

template <class Queue> void mm1(const std::string& row, const char* structure, u64 customers) {
  Queue queue;
  mm1(
    row, structure, customers, [&](u64 kind, u64 time) { queue.push(time, kind); },
    [&](Event& event) {
      if (queue.empty()) return false;
      event = queue.pop();
      return true;
    });
}

// MARK: Shards

constexpr u32 processes = 64, keys = 100'000, shards = 100;
constexpr double gapMean = 1e9 / 1500;

/// MD5 (RFC 1321) of a text of at most 55 bytes: the upper eight of its sixteen bytes.
u64 md5(const char* text, size_t length) {
  static const auto table = [] {
    std::array<u32, 64> k;
    for (int i = 0; i < 64; ++i) k[i] = u32(std::fabs(std::sin(double(i + 1))) * 4294967296.0);
    return k;
  }();
  constexpr int turns[16] = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};
  unsigned char block[64] = {};
  std::memcpy(block, text, length);
  block[length] = 0x80;
  const u64 bits = length * 8;
  std::memcpy(block + 56, &bits, 8);
  u32 word[16];
  std::memcpy(word, block, 64);
  u32 a = 0x67452301, b = 0xefcdab89, c = 0x98badcfe, d = 0x10325476;
  for (int i = 0; i < 64; ++i) {
    const int round = i / 16;
    const u32 f = round == 0 ? (b & c) | (~b & d) : round == 1 ? (d & b) | (~d & c) : round == 2 ? b ^ c ^ d : c ^ (b | ~d);
    const int g = round == 0 ? i : round == 1 ? (5 * i + 1) & 15 : round == 2 ? (3 * i + 5) & 15 : (7 * i) & 15;
    const u32 sum = f + a + table[i] + word[g];
    a = d, d = c, c = b;
    b += std::rotl(sum, turns[round * 4 + i % 4]);
  }
  return u64(__builtin_bswap32(a + 0x67452301)) << 32 | __builtin_bswap32(b + 0xefcdab89);
}

/// Zipf's law with exponent 1 as an alias table (Vose 1991), and the shard of each key.
struct Keys {
  std::vector<u32> threshold, alias, shard;

  Keys() : threshold(keys), alias(keys), shard(keys) {
    double sum = 0;
    for (u32 i = 0; i < keys; ++i) sum += 1 / double(i + 1);
    std::vector<double> left(keys);
    std::vector<u32> small, large;
    for (u32 i = 0; i < keys; ++i) {
      left[i] = 1 / double(i + 1) / sum * keys;
      (left[i] < 1 ? small : large).push_back(i);
      char name[24];
      const u64 hash = md5(name, size_t(std::snprintf(name, sizeof name, "key-%u", i)));
      shard[i] = std::min<u64>(hash / (~u64(0) / shards), shards - 1);
    }
    while (!small.empty() && !large.empty()) {
      const u32 s = small.back(), l = large.back();
      small.pop_back();
      threshold[s] = u32(left[s] * 4294967295.0);
      alias[s] = l;
      left[l] = (left[l] + left[s]) - 1;
      if (left[l] < 1) {
        large.pop_back();
        small.push_back(l);
      }
    }
    for (u32 i : small) threshold[i] = ~u32(0), alias[i] = i;
    for (u32 i : large) threshold[i] = ~u32(0), alias[i] = i;
  }
};

/// Both write limits of a shard, in billionths: 1,000 records and 1 MiB a second, a second's worth at most.
struct Bucket {
  static constexpr u64 second = 1'000'000'000, recordDepth = 1000 * second, byteDepth = 1048576 * second;
  u64 at = 0, records = recordDepth, bytes = byteDepth;

  bool take(u64 now, u64 size) {
    const u64 elapsed = std::min(now - at, second);
    at = now;
    records = std::min(recordDepth, records + elapsed * 1000);
    bytes = std::min(byteDepth, bytes + elapsed * 1048576);
    const bool fits = records >= second && bytes >= size * second;
    records -= fits ? second : 0;
    bytes -= fits ? size * second : 0;
    return fits;
  }
};

u64 recordSize(Generator& draws) { return 200 + ((draws.next() >> 32) * 1600 >> 32); }

/// Records wait in one queue of all processes; key, then its shard.
void shardGeneric(const std::string& row, u64 events) {
  const Keys table;
  std::vector<Generator> draws;
  std::vector<Bucket> buckets(shards);
  RadixHeap queue;
  Trace trace;
  u64 throttled = 0;
  for (u32 i = 0; i < processes; ++i) draws.emplace_back(1000 + i);
  for (u32 i = 0; i < processes; ++i) queue.push(draws[i].exponential(gapMean), i);
  const double begin = cpu();
  for (u64 n = 0; n < events; ++n) {
    const Event event = queue.pop();
    Generator& own = draws[event.payload];
    const u64 bits = own.next();
    const u32 cell = u32((bits >> 32) * keys >> 32), key = u32(bits) <= table.threshold[cell] ? cell : table.alias[cell];
    const u32 shard = table.shard[key];
    throttled += !buckets[shard].take(event.time, recordSize(own));
    queue.push(event.time + own.exponential(gapMean), event.payload);
    trace.fold(event.time, shard);
  }
  const double seconds = cpu() - begin;
  trace.fold(throttled, 0);
  report(row, "radix heap", events, seconds, trace.state);
}

/// The same with one word a process in a tournament, and cells that name the shard: as fast as we know to write it.
void shardTuned(const std::string& row, u64 events) {
  struct Cell {
    u32 threshold;
    u16 own, other;
  };
  std::vector<Cell> cells;
  {
    const Keys table;
    for (u32 i = 0; i < keys; ++i) cells.push_back({table.threshold[i], u16(table.shard[i]), u16(table.shard[table.alias[i]])});
  }
  std::vector<Generator> draws;
  std::vector<Bucket> buckets(shards);
  PackedTournament<6> clocks;
  Trace trace;
  u64 throttled = 0;
  for (u32 i = 0; i < processes; ++i) draws.emplace_back(1000 + i);
  for (u32 i = 0; i < processes; ++i) clocks.set(i, draws[i].exponential(gapMean));
  const double begin = cpu();
  for (u64 n = 0; n < events; ++n) {
    const u32 process = clocks.entity();
    const u64 time = clocks.time();
    Generator& own = draws[process];
    const u64 bits = own.next();
    const Cell cell = cells[(bits >> 32) * keys >> 32];
    const u32 shard = u32(bits) <= cell.threshold ? cell.own : cell.other;
    throttled += !buckets[shard].take(time, recordSize(own));
    clocks.set(process, time + own.exponential(gapMean));
    trace.fold(time, shard);
  }
  const double seconds = cpu() - begin;
  trace.fold(throttled, 0);
  report(row, "tournament", events, seconds, trace.state);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string row = count > 1 ? arguments[1] : "";
  const u64 events = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 5'000'000;
  if (row.starts_with("hold-")) {
    const u64 pending = std::strtoull(row.c_str() + 5, nullptr, 10);
    hold<RadixHeap>(row, "radix heap", pending, events);
    hold<QuadHeap>(row, "4-ary heap", pending, events);
  } else if (row == "mm1") {
    mm1<QuadHeap>(row, "4-ary heap", events / 2);
    mm1<RadixHeap>(row, "radix heap", events / 2);
    PackedTournament<1> clocks;
    mm1(
      row, "tournament", events / 2, [&](u64 kind, u64 time) { clocks.set(u32(kind), time); },
      [&](Event& event) {
        if (clocks.empty()) return false;
        event = {clocks.time(), clocks.entity()};
        clocks.clear(u32(event.payload));
        return true;
      });
  } else if (row == "shard-generic") shardGeneric(row, events);
  else if (row == "shard-tuned") shardTuned(row, events);
  else {
    std::fprintf(stderr, "twins: hold-N, mm1, shard-generic or shard-tuned, and perhaps a number of events\n");
    return 64;
  }
}
