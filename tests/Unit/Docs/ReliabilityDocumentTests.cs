using System.Reflection;
using System.Text.RegularExpressions;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Docs;

/// <summary>A promise whose test was renamed away would be words only.</summary>
public partial class ReliabilityDocumentTests
{
    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var tests = typeof(ReliabilityDocumentTests).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods().Where(m => m.GetCustomAttributes<FactAttribute>().Any()).Select(m => $"{t.Name}.{m.Name}"))
            .ToHashSet(StringComparer.Ordinal);
        string text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "reliability.md"));
        var named = TestName().Matches(text).Select(m => m.Groups[1].Value).ToList();
        Assert.True(named.Count > 30);
        Assert.Equal([], named.Except(tests));
        foreach (string row in text.Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.EndsWith("| Test |", StringComparison.Ordinal)))
        {
            Assert.Matches(TestName(), row);
        }
    }

    [GeneratedRegex("`([A-Za-z]+Tests\\.[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();
}
