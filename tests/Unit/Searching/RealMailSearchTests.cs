using System.Text;
using System.Text.RegularExpressions;
using MailBackup.Operations;
using MailBackup.Searching;
using MailBackup.Searching.Text;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Searching;

[Collection("Long tests, one after another")]
public class RealMailSearchTests
{
    /// <summary>Every mail gives its words, and a search finds a word in exactly the mails that a plain look at all words finds it in.</summary>
    [RealMailFact]
    public async Task Finds_words_in_exactly_the_mails_that_have_them()
    {
        string[] files = Directory.GetFiles(RealMailFactAttribute.Mails!, "*.txt", SearchOption.AllDirectories);
        using var f = new NodeFixture();
        var texts = new Dictionary<string, string>();
        int empty = 0;
        foreach (string file in files)
        {
            byte[] content = File.ReadAllBytes(file);
            var item = MimeReaderTests.Read(content);
            empty += item.Body.Length == 0 ? 1 : 0;
            string digest = MailBackup.Model.Digest.Of(content).ToString();
            texts[digest] = string.Join('\n', item.Subject, item.Sender, item.Recipients, item.Attachments, item.Body);
            f.Server.Deliver("ann@example.com", content: content);
        }

        Assert.True(empty < files.Length / 50, $"{empty} of {files.Length} mails have no text");
        await f.ScanAsync();
        var operation = await f.RunAsync(new SearchIndexRequest());
        Assert.Equal((OperationState.Completed, 0L), (operation.State, operation.Report!.Errors));
        foreach (string word in new[] { "linux", "razor", "spamassassin", "viagra", "wednesday", "perl", "zzzz", "dublin", "mortgage" })
        {
            var expected = texts.Where(t => Regex.IsMatch(t.Value, $@"(?<![\p{{L}}\p{{N}}]){word}(?![\p{{L}}\p{{N}}])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant))
                .Select(t => t.Key).ToHashSet();
            var found = f.Node.Search(new SearchQuery { Text = word }).Select(r => r.Item.Digest!.Value.ToString()).ToHashSet();
            Assert.True(expected.SetEquals(found), $"{word}: {expected.Except(found).Count()} missing, {found.Except(expected).Count()} too many of {expected.Count}");
        }
    }
}
