using System.Globalization;

namespace MailBackup.Model;

/// <summary>The number of an item, unique within its account and never given twice.</summary>
public readonly record struct ItemId(long Value) : IComparable<ItemId>
{
    public int CompareTo(ItemId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static bool operator <(ItemId left, ItemId right) => left.Value < right.Value;
    public static bool operator >(ItemId left, ItemId right) => left.Value > right.Value;
    public static bool operator <=(ItemId left, ItemId right) => left.Value <= right.Value;
    public static bool operator >=(ItemId left, ItemId right) => left.Value >= right.Value;
}
