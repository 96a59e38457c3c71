import Testing

@testable import Scenario

@Suite struct SettingListTests {
  @Test("a comma within brackets, braces or quotes belongs to the value") func pieces() {
    #expect(Setting.pieces(of: "a=1, b=[2, 3],c={x: [4,5]}") == ["a=1", "b=[2, 3]", "c={x: [4,5]}"])
    #expect(Setting.pieces(of: #"a="x,y",b='p,"q',c"#) == [#"a="x,y""#, #"b='p,"q'"#, "c"])
    #expect(Setting.pieces(of: "") == [""] && Setting.pieces(of: " , ") == ["", ""])
  }

  @Test("settings are read together or not at all") func list() {
    #expect(Setting.list(argument: "a.b=1,c=[2,3]")?.map(\.path) == ["a.b", "c"])
    #expect(Setting.list(argument: "a.b=1,c") == nil && Setting.list(argument: "") == nil)
  }
}
