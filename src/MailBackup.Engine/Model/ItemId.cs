using System.Globalization;

namespace MailBackup.Model;

/// <summary>The number of an item, unique within its account and never given twice.</summary>
public readonly record struct ItemId(long Value) : IComparable<ItemId>
{
    public int CompareTo(ItemId other) => Value.CompareTo(other.Value);

    /// <summary>Reads digits. Throws <see cref="FormatException"/>; PowerShell turns a string into an id with it.</summary>
    public static ItemId Parse(string text) => new(long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture));

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static bool operator <(ItemId left, ItemId right) => left.Value < right.Value;
    public static bool operator >(ItemId left, ItemId right) => left.Value > right.Value;
    public static bool operator <=(ItemId left, ItemId right) => left.Value <= right.Value;
    public static bool operator >=(ItemId left, ItemId right) => left.Value >= right.Value;
}
