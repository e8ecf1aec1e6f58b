using System.Text;
using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Sources.Imap;
using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Imap.Restoring;

namespace MailBackup.Tests.Sources.Imap;

/// <summary>What a restore knows before it says anything to a server.</summary>
public sealed class SendingTests
{
    [Theory]
    [InlineData("IMAP4rev1", -1)]
    [InlineData("IMAP4rev1 LITERAL-", 4096)]
    [InlineData("IMAP4rev2", 4096)]
    [InlineData("IMAP4rev1 LITERAL+ LITERAL-", long.MaxValue)]
    public void Literals_go_unasked_as_far_as_the_server_says(string capabilities, long most) =>
        Assert.Equal(most, Capabilities.Parse(capabilities).UnaskedLiteral);

    [Theory]
    [InlineData("7", 1, "7")]
    [InlineData("3:6,9", 5, "3,4,5,6,9")]
    [InlineData("9,4", 2, "9,4")]
    [InlineData("1:4294967295", 64, null)]
    [InlineData("3:6", 3, null)]
    [InlineData("6:3", 4, null)]
    [InlineData("0", 1, null)]
    [InlineData("a", 1, null)]
    [InlineData("1:2:3", 9, null)]
    [InlineData("4294967295", 1, "4294967295")]
    public void Sets_of_new_UIDs_are_counted_out_up_to_a_limit(string set, int most, string? expected) =>
        Assert.Equal(expected, UidSet.Parse(set, most) is { } uids ? string.Join(',', uids) : null);

    [Theory]
    [InlineData("1795277844.12:M6d99", "M6d99")]
    [InlineData("1795277844.12:M6d99#2", "M6d99")]
    [InlineData("1795277844.12@3f0c9a51", null)]
    [InlineData("cur/1700000000.M1P1.vm:2,S", null)]
    [InlineData("", null)]
    public void The_servers_own_id_is_taken_from_keys_of_ours_alone(string key, string? id) => Assert.Equal(id, ImapKey.GuidOf(key));

    [Theory]
    [InlineData("a\nb\r\nc", "a\r\nb\r\nc", 0)]
    [InlineData("a\r\r\nb\r\r\r\n", "a\r\r\nb\r\r\r\n", 2)]
    [InlineData("\n\n\r\n", "\r\n\r\n\r\n", 0)]
    [InlineData("a\rb\r", "a\rb\r", 0)]
    public async Task Lines_end_in_CRLF_and_odd_ends_are_counted_and_doubled_where_asked(string text, string wire, int odd)
    {
        var item = new RestoreItem(new ItemState { Type = ItemType.Message }, _ => new(new DribbleStream(Encoding.ASCII.GetBytes(text))));
        var content = await WireContent.ReadAsync(item, default);
        Assert.Equal((wire.Length, odd), (content.Length, content.OddLineEnds));
        Assert.Equal(wire, await ReadAsync(await content.OpenAsync(default)));
        string doubled = await ReadAsync(await content.OpenAsync(default, doubled: true));
        Assert.Equal(wire.Length + odd, doubled.Length);

        // What a server makes of it that takes one CR away before each LF and gives one back where there is none.
        Assert.Equal(wire, doubled.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\r\n", "\u0001", StringComparison.Ordinal)
            .Replace("\n", "\r\n", StringComparison.Ordinal).Replace("\u0001", "\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_of_many_messages_is_asked_by_size_and_by_id()
    {
        var table = new MessageTable();
        for (uint uid = 1; uid <= 10_000; uid++)
        {
            table.Add(uid, uid % 100, uid % 10 == 0 ? null : $"id{uid / 2}");
        }

        table.Add(5, 1, "known already");
        Assert.Equal(10_000u, table.Highest);
        Assert.Equal(100, table.OfSize(42).Count());
        Assert.Equal([42u, 142u], table.OfSize(42).Take(2));
        Assert.Equal([5042u], table.OfId(42, "id2521"));
        Assert.Empty(table.OfId(44, "id2521"));
        Assert.Empty(table.OfId(0, null));
        table.Add(10_001, 42, "id21");
        Assert.Equal([42u, 10_001u], table.OfId(42, "id21"));
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        await using (stream)
        {
            using var reader = new StreamReader(stream, Encoding.ASCII);
            return await reader.ReadToEndAsync();
        }
    }

    /// <summary>Gives one byte at a time, as a slow disk might.</summary>
    private sealed class DribbleStream(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
