using FsCheck;
using FsCheck.Fluent;
using MailBackup.Searching;
using MailBackup.Searching.Query;
using MailBackup.Storage.Sqlite;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Searching;

public class QueryParserTests
{
    [Theory]
    [InlineData("q3 plan", "((\"q3\" AND \"plan\"))")]
    [InlineData("\"q3 plan\"", "(\"q3 plan\")")]
    [InlineData("a OR b c", "((\"a\" OR ((\"b\" AND \"c\"))))")]
    [InlineData("plan -draft", "((((\"plan\") NOT (\"draft\"))))")]
    [InlineData("from:alice subject:plan*", "sender:\"alice\"")]
    [InlineData("subject:(a OR \"b c\")", "subject:\"b c\"")]
    [InlineData("https://example.org/x", "\"https://example.org/x\"")]
    [InlineData("10:30", "\"10:30\"")]
    [InlineData("or not and", "\"or\"")]
    [InlineData("日本", "\" 日  本 \"")]
    public void Queries_become_expressions(string query, string part) =>
        Assert.Contains(part.Replace(" ", ""), MatchExpression.Of(new SearchQuery { Text = query }).Expression.Replace(" ", ""), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"open", "not closed")]
    [InlineData("(a", "not closed")]
    [InlineData("a)", "closes nothing")]
    [InlineData("()", "nothing in it")]
    [InlineData("a OR", "both sides")]
    [InlineData("OR a", "both sides")]
    [InlineData("-", "before nothing")]
    [InlineData("from:", "before nothing")]
    [InlineData("from: alice", "before nothing")]
    [InlineData("form:alice", "no field 'form'")]
    [InlineData("has:wings", "attachment")]
    [InlineData("***", "no letter or digit")]
    public void Bad_syntax_is_said_in_plain_words(string query, string reason)
    {
        var e = Assert.Throws<MailBackupException>(() => MatchExpression.Of(new SearchQuery { Text = query }));
        Assert.Equal(ErrorIds.SearchQueryInvalid, e.ErrorId);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.True(e.IsUsageError);
    }

    [Fact]
    public void Too_much_is_said_too()
    {
        foreach (string query in new[] { new string('a', 5000), string.Concat(Enumerable.Repeat("a ", 200)), new string('(', 100) + "a" + new string(')', 100), new string('-', 100) + "a" })
        {
            Assert.Equal(ErrorIds.SearchQueryInvalid, Assert.Throws<MailBackupException>(() => MatchExpression.Of(new SearchQuery { Text = query })).ErrorId);
        }
    }

    /// <summary>Whatever somebody types is refused by us, or understood by SQLite.</summary>
    [Fact]
    public void Nothing_reaches_SQLite_that_it_does_not_understand()
    {
        using var folder = new TempFolder();
        using var db = SearchIndex.OpenOrCreate(new MailBackup.Storage.BackupLayout(folder["backup"]), anew: true);
        using var select = db.Prepare("SELECT rowid FROM words WHERE words MATCH ?");
        string[] tokens = ["a", "bé", "\"", "(", ")", "-", " ", " OR ", " AND ", " NOT ", "from:", "subject:", "has:attachment", "*", ":", "'", "日本", "\uE000", "^", "+", "NEAR(", "{", "}", "\\", "\0", "😀", ","];
        var queries = Gen.OneOf(
            Gen.Elements(tokens).ListOf().Select(t => string.Concat(t)), ArbMap.Default.GeneratorFor<string>().Where(s => s is not null));
        int understood = 0;
        Prop.ForAll(queries.ToArbitrary(), text =>
        {
            string expression;
            try
            {
                expression = MatchExpression.Of(new SearchQuery { Text = text, From = text.Length > 5 ? text : null }).Expression;
            }
            catch (MailBackupException e) when (e.ErrorId == ErrorIds.SearchQueryInvalid)
            {
                return;
            }

            select.Bind(0, expression).Step();
            select.Reset();
            understood++;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000).WithEndSize(40));
        Assert.True(understood > 100);
    }
}
