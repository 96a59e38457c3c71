internal import ArgumentParser

@main
struct Weir: ParsableCommand {}
